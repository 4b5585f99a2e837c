"""The phones' own books: what was acknowledged, and what it must add up to."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from lxml import etree

from app.config import Config
from app.storage import blobs

# Counted by hand from the XML, without the programme's own expressions; 7 no such payment, 8
# don't know. Numerator and denominator for each, of the version that counts.
Sums = Counter[tuple[str, str]]


def expect(village: str, xml: bytes) -> Sums:
    """What one interview adds to the sums of its village."""
    root = etree.fromstring(xml)
    paid = root.findtext("main/pay/pay_elec")
    vneid = [found.text for found in root.findall("main/roster/m/m_vneid")]
    known = [answer for answer in vneid if answer != "8"]
    return Counter(
        {
            (village, "XHS-05 y"): int(root.findtext("main/net/net_any") == "1"),
            (village, "XHS-05 x"): 1,
            (village, "XHS-13 y"): int(paid not in {"1", "7", "8"}),
            (village, "XHS-13 x"): int(paid not in {"7", "8"}),
            (village, "XHS-17b y"): known.count("2"),
            (village, "XHS-17b x"): len(known),
        }
    )


SUMS = """
select u.public_id, v.code, sum(s.y), sum(s.x)
from village_sums s join org_units u on u.id = s.village_id
join indicator_domains d on d.id = s.domain_id and d.breakdown = ''
join indicator_versions v on v.id = d.indicator_id
where v.code in ('XHS-05', 'XHS-13', 'XHS-17b') group by 1, 2
"""


def counted(connection: psycopg.Connection[Any]) -> Sums:
    """The same as the installation has it."""
    found: Sums = Counter()
    for village, code, y, x in connection.execute(SUMS):
        found[village, f"{code} y"], found[village, f"{code} x"] = int(y), int(x)
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """What must be found of one acknowledged instance."""

    xml_sha256: bytes
    photo_sha256: bytes | None


INSTANCES = """
select i.instance_id, i.xml, a.blob_sha256
from instances i left join instance_attachments a on a.instance_pk = i.id and a.expected
order by i.id
"""


def compare(
    config: Config, promised: Mapping[str, Kept], newest: Iterable[str], sums: Sums
) -> list[str]:
    """Everything in which the installation differs from the phones' books; best empty."""
    blobs.use_folder(config.blobs_dir)
    with psycopg.connect(config.conninfo) as connection:
        return [
            *_compare_instances(connection, promised),
            *_compare_submissions(connection, list(newest)),
            *_left_over(connection),
            *_compare_sums(counted(connection), sums),
        ]


def _compare_instances(
    connection: psycopg.Connection[Any], promised: Mapping[str, Kept]
) -> Iterable[str]:
    seen: Counter[str] = Counter()
    with connection.cursor("instances") as cursor:
        for instance_id, xml, photo in cursor.execute(INSTANCES):
            seen[instance_id] += 1
            kept = promised.get(instance_id)
            if kept is None:
                yield f"{instance_id} is here and was never acknowledged"
            elif hashlib.sha256(xml).digest() != kept.xml_sha256:
                yield f"{instance_id} has other bytes"
            elif photo != kept.photo_sha256:
                yield f"{instance_id} lacks its photo"
            elif photo and hashlib.sha256(blobs.blob_path(photo).read_bytes()).digest() != photo:
                yield f"the photo of {instance_id} has other bytes"
    yield from (f"{lost} is lost" for lost in promised.keys() - seen.keys())
    yield from (f"{doubled} is here {times} times" for doubled, times in seen.items() if times > 1)


SUBMISSIONS = """
select i.instance_id, s.state, s.approved_pk = s.current_pk,
       (select count(*) from counted_interviews c where c.submission_id = s.id)
from submissions s join instances i on i.id = s.current_pk
"""


def _compare_submissions(connection: psycopg.Connection[Any], newest: list[str]) -> Iterable[str]:
    found = connection.execute(SUBMISSIONS).fetchall()
    if len(found) != len(newest):
        yield f"{len(found)} interviews stand where {len(newest)} were acknowledged"
    expected = set(newest)
    for instance_id, state, counts, times in found:
        if instance_id not in expected:
            yield f"{instance_id} leads its interview and is not the newest version"
        if (state, counts, times) != ("approved", True, 1):
            yield f"{instance_id} is {state}, counts: {counts}, counted {times} times"


LEFT = """
select instance_id || ' is parked: ' || reason || ', sent ' || times || ' times'
from parked_uploads where settled_at is null
union all
select i.instance_id || ' is set aside: ' || coalesce(b.last_error, '')
from inbox b join instances i on i.id = b.instance_pk
"""


def _left_over(connection: psycopg.Connection[Any]) -> list[str]:
    return [row[0] for row in connection.execute(LEFT)]


def _compare_sums(found: Sums, expected: Sums) -> Iterable[str]:
    for key in sorted(found.keys() | expected.keys()):
        if found[key] != expected[key]:
            yield f"{' '.join(key)} is {found[key]} and should be {expected[key]}"
