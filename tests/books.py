"""The figures of a small survey, counted from the interviews themselves and not as app/ does it.

What a test knows of the interviews (which versions are approved, and in what order) goes in; the
rows that `village_sums` and `village_bases` must then have come out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from app.db import driver

MEASURES = (
    "m", "y", "x", "yy", "xy", "xx", "n", "w", "ww",
    "element_yy", "element_xy", "element_xx", "dont_know", "blank",
)  # fmt: skip
COUNTS = (
    "frame", "n", "eligible", "ineligible", "unresolved", "waiting", "first_on", "last_on",
)  # fmt: skip
FORMS = {"ho": "household", "nguoi": "person"}
OUTCOMES = {"1": "complete", "4": "refused", "5": "ineligible"}

Rows = dict[tuple[str, str], dict[str, Any]]  # by village and indicator, or village and form


@dataclass(frozen=True)
class Chain:
    """An interview with its edits: the version that counts if any may, and the one that waits."""

    id: int
    approved: bytes | None
    waiting: bytes | None
    decided: Any  # sorts by when it was approved first
    preferred: Any = None  # sorts by when a person preferred it


@dataclass
class Said:
    """What one interview says, read with the standard library."""

    form: str
    village: str
    household: str
    subject: str
    outcome: str
    adults: int
    day: date
    answers: dict[str, list[str]] = field(default_factory=dict)  # by indicator: of each row


def read(xml: bytes) -> Said:
    """Reads an interview of the forms in tests/survey.py."""
    root = ET.fromstring(xml)
    text = {element.tag.rpartition("}")[2]: (element.text or "").strip() for element in root.iter()}
    form, household = root.attrib["id"], text["hh_id"]
    if form == "nguoi":
        subject, outcome = f"{household}#{text['pick_no']}", "complete"
        answers = {"NET": [text["net"]]}
    else:
        subject, outcome = household, OUTCOMES.get(text["visit_result"], "unresolved")
        if outcome == "complete" and text["consent"] == "2":
            outcome = "refused"
        adults = [row for row in root.iter("m") if int(row.findtext("m_age", "0")) >= 18]
        answers = {
            "FIBRE": [text.get("fibre", "")],
            "PHONE": [row.findtext("m_phone", "") for row in adults],
        }
    adults_said = int(text.get("n15") or 0)
    day = date.fromisoformat(text["today"])
    return Said(form, text["village_id"], household, subject, outcome, adults_said, day, answers)


YES = {"FIBRE": "1", "PHONE": "2", "NET": "1"}


def counted(chains: Iterable[Chain]) -> list[Said]:
    """The interview of each subject that counts."""
    competing: dict[tuple[str, str], list[tuple[Chain, Said]]] = defaultdict(list)
    for chain in chains:
        if chain.approved is not None:
            said = read(chain.approved)
            competing[said.form, said.subject].append((chain, said))
    return [_first(rivals) for rivals in competing.values()]


def _first(rivals: Sequence[tuple[Chain, Said]]) -> Said:
    complete = [rival for rival in rivals if rival[1].outcome == "complete"]
    possible = complete or rivals
    preferred = [rival for rival in possible if rival[0].preferred is not None]
    if preferred:
        return max(preferred, key=lambda rival: rival[0].preferred)[1]
    if complete:
        return min(complete, key=lambda rival: (rival[0].decided, rival[0].id))[1]
    return max(rivals, key=lambda rival: (rival[1].day, rival[0].id))[1]


def sums(chains: Iterable[Chain]) -> Rows:
    """The sums of each village and indicator."""
    interviews = [said for said in counted(chains) if said.outcome == "complete"]
    weights = _weights(interviews)
    rows: Rows = defaultdict(lambda: dict.fromkeys(MEASURES, 0.0))
    homes: dict[tuple[str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    for said in interviews:
        weight = weights.get((said.village, said.household)) if said.form == "nguoi" else 1
        for code, answers in said.answers.items() if weight else ():
            if answers:
                y, n = _add(rows[said.village, code], weight or 0, answers, YES[code])
                home = homes[said.village, code]
                before = home.get(said.household, (0, 0))
                if n:
                    home[said.household] = (before[0] + y, before[1] + n)
    for key, row in rows.items():
        row.update(_centred(list(homes[key].values())))
    return dict(rows)


def _centred(totals: Sequence[tuple[int, int]]) -> dict[str, float]:
    """Households with an answer, and sums of squares and products about their means."""
    m = len(totals)
    y, x = (Fraction(sum(pair[place] for pair in totals), m or 1) for place in (0, 1))
    return {
        "m": m,
        "yy": float(sum((a - y) ** 2 for a, _ in totals)),
        "xy": float(sum((a - y) * (b - x) for a, b in totals)),
        "xx": float(sum((b - x) ** 2 for _, b in totals)),
    }


def _weights(interviews: Iterable[Said]) -> dict[tuple[str, str], int]:
    """The adults of each household, as its own interview counted them."""
    return {(s.village, s.household): s.adults for s in interviews if s.form == "ho" and s.adults}


def _add(row: dict[str, float], w: int, answers: list[str], yes: str) -> tuple[int, int]:
    """Adds an interview; its weighted numerator and denominator."""
    known = [answer for answer in answers if answer not in {"8", ""}]
    n, y = len(known), known.count(yes)
    added = {
        "y": w * y, "x": w * n, "n": n, "w": w * n, "ww": w * w * n, "element_yy": w * y,
        "element_xy": w * y, "element_xx": w * n,
        "dont_know": answers.count("8"), "blank": answers.count(""),
    }  # fmt: skip
    for name, value in added.items():
        row[name] += value
    return w * y, w * n


def bases(chains: Sequence[Chain], frames: Mapping[str, int]) -> Rows:
    """How each form stands in each village; `frames` are the households of the villages."""
    interviews = counted(chains)
    weights = _weights([said for said in interviews if said.outcome == "complete"])
    waiting = [read(chain.waiting) for chain in chains if chain.waiting is not None]
    rows: Rows = {}
    for village, frame in frames.items():
        for form in FORMS:
            here = [
                said
                for said in interviews
                if (said.form, said.village) == (form, village)
                and (form == "ho" or (village, said.household) in weights)
            ]
            outcomes = [said.outcome for said in here]
            days = [said.day for said in here if said.outcome == "complete"]
            # Several persons of a household are one unit of the sample.
            n = len({said.household for said in here if said.outcome == "complete"})
            gone = outcomes.count("ineligible")
            eligible = n + outcomes.count("refused")
            rows[village, form] = {
                "frame": frame,
                "n": n,
                "eligible": eligible,
                "ineligible": gone,
                "unresolved": max(frame - eligible - gone, 0),
                "waiting": sum((s.form, s.village) == (form, village) for s in waiting),
                "first_on": min(days, default=None),
                "last_on": max(days, default=None),
            }
    return rows


def stored_chains() -> list[Chain]:
    """The interviews as the reviews left them."""
    rows = driver().execute(
        "select s.id, a.xml, case when s.state in ('received', 'edited') then c.xml end,"
        " s.decided_at, s.preferred_at from submissions s join instances c on c.id = s.current_pk"
        " left join instances a on a.id = s.approved_pk"
    )
    return [Chain(*row) for row in rows.fetchall()]


def stored_sums() -> Rows:
    """The rows of `village_sums`, breakdowns left out."""
    rows = driver().execute(
        f"select u.public_id, v.code, {', '.join(f's.{name}' for name in MEASURES)}"
        " from village_sums s join org_units u on u.id = s.village_id"
        " join indicator_domains d on d.id = s.domain_id and d.breakdown = ''"
        " join indicator_versions v on v.id = d.indicator_id"
    )
    stored = _stored(rows.fetchall(), MEASURES)
    for row in stored.values():
        # Centred while they are added up: the last digit depends on the order.
        row.update(
            {name: pytest.approx(row[name], rel=1e-12, abs=1e-12) for name in ("yy", "xy", "xx")}
        )
    return stored


def stored_bases() -> Rows:
    """The rows of `village_bases`."""
    rows = driver().execute(
        f"select u.public_id, f.xml_form_id, {', '.join(f'b.{name}' for name in COUNTS)}"
        " from village_bases b join org_units u on u.id = b.village_id"
        " join forms f on f.id = b.form_id"
    )
    return _stored(rows.fetchall(), COUNTS)


def _stored(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> Rows:
    return {(row[0], row[1]): dict(zip(names, row[2:], strict=True)) for row in rows}
