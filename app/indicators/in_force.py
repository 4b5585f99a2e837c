"""The indicators that figures are asked of, and their domains."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import orjson

from app.db import driver
from app.indicators.kinds import kind_of_version
from app.indicators.release_models import Release

# Indicators by code, each as often as it has domains that are asked for, but at least once.
INDICATORS = """
select i.id, i.form_id, coalesce(i.partner_id, 0), i.code, i.version, i.labels::text, i.unit,
       f.kind, trim(i.definition ->> 'denominator') in ('', '1'),
       %(released)s::int[] is null and exists (
           select from evaluations e where e.form_id = i.form_id and e.state <> 'finished'),
       d.id, d.breakdown, d.value
from indicator_versions i join forms f on f.id = i.form_id
left join indicator_domains d on d.indicator_id = i.id
     and (%(by)s::text is null or d.breakdown = %(by)s)
where i.project_id = %(project)s
  and case when %(released)s::int[] is null then i.in_force else i.id = any(%(released)s) end
  and (%(indicators)s::text[] is null or i.code = any(%(indicators)s))
order by i.code, i.id
"""


class Found(NamedTuple):
    """An indicator in force, as far as figures need it."""

    id: int
    form_id: int
    partner_id: int  # the form that it joins, 0 without one
    code: str
    version: str
    said: str  # its labels, as JSON
    unit: str
    form_kind: str
    counts_each: bool  # the denominator is the number of rows
    is_pending: bool  # interviews of its form are still being evaluated again

    @property
    def kind(self) -> str:
        """The estimator's kind."""
        return kind_of_version(self.id)

    @property
    def labels(self) -> dict[str, str]:
        """Texts by language."""
        return _read_labels(self.said)


def find_indicators(
    project_id: int, codes: Sequence[str] | None, by: str | None, release: Release | None
) -> tuple[list[Found], dict[int, tuple[int, str, str]]]:
    """Those in force, or of a release; and by domain its indicator, breakdown and value."""
    wanted = {
        "project": project_id,
        "indicators": codes,
        "by": by,
        "released": release and release.indicators,
    }
    found: dict[int, Found] = {}
    domains: dict[int, tuple[int, str, str]] = {}
    for *row, domain_id, breakdown, value in driver().execute(INDICATORS, wanted).fetchall():
        if row[0] not in found:
            found[row[0]] = Found(*row)
        if domain_id is not None:
            domains[domain_id] = row[0], breakdown, value
    return list(found.values()), domains


@lru_cache(maxsize=1024)
def _read_labels(said: str) -> dict[str, str]:
    labels: dict[str, str] = orjson.loads(said)
    return labels
