"""What the sums of figures of two rounds have in common, since the same units were asked twice."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from app.db import db, driver
from app.forms import models as forms
from app.indicators.covariance import ASKED_TWICE, DRAWN_VILLAGES, strata_of
from app.indicators.estimation.joint import Form, covariance
from app.indicators.together import Scores, of_line

Pair = tuple[float, float]  # what a unit adds to the sum of the one and of the other round


class Overlap(NamedTuple):
    """Units of a stratum in both rounds' samples, and n12 - n1 n2 / N (`covariance.py`)."""

    form: Form | None  # that they were asked both times; None: all forms of a village
    stratum: str
    both: set[str]
    size: float


@dataclass(frozen=True, slots=True)
class Panel:
    """Two rounds' sums, and the households and villages that were asked both times.

    As for single figures (`covariance.py`), persons and interviews that are joined count as drawn
    anew: the error of a difference is then rather too large.
    """

    one: Scores
    other: Scores
    overlaps: tuple[Overlap, ...]

    def covariance(self, line: int | None = None) -> float:
        """That of the two sums, or of one of their lines."""
        found = 0.0
        for form in {overlap.form for overlap in self.overlaps}:
            pairs = _pairs(self.one, self.other, line, form)
            for overlap in self.overlaps:
                if overlap.form == form:
                    own = _within(pairs[overlap.stratum], overlap.both)
                    found += covariance(own, len(overlap.both), overlap.size)
        return found


def find_panel(one: Scores, other: Scores) -> Panel:
    """Who was asked in both of two rounds."""
    return Panel(one, other, (*_households(one, other), *_villages(one, other)))


def _households(one: Scores, other: Scores) -> Iterator[Overlap]:
    for form_id in _household_forms(one, other):
        asked = {
            "form": form_id, "partner": 0, "round": one.round.id, "before": other.round.id,
            "units": one.units, "domains": [], "on": one.day, "within": one.within,
            "sampled": False,
        }  # fmt: skip
        sides = (asked, {**asked, "round": other.round.id, "units": other.units})
        first, second = (strata_of(side) for side in sides)
        twice: dict[str, set[str]] = defaultdict(set)
        told = {**asked, "strata": [*first.keys() & second.keys()]}
        for stratum, household in driver().execute(ASKED_TWICE, told):
            twice[stratum].add(household)
        for stratum, both in twice.items():
            n1, n2 = first[stratum], second[stratum]
            population = max(n1.n * n1.factor, n2.n * n2.factor)
            size = len(both) - n1.n * n2.n / population
            yield Overlap((form_id, 0), stratum, both, size)


def _household_forms(one: Scores, other: Scores) -> Sequence[int]:
    both = {form for _, (form, partner) in one.asked.keys() & other.asked.keys() if not partner}
    known = select(forms.Form.id).where(forms.Form.id.in_(both), forms.Form.kind == "household")
    return db.session.scalars(known).all()


def _villages(one: Scores, other: Scores) -> Iterator[Overlap]:
    if not (one.of_villages and other.of_villages):
        return
    twice: dict[str, set[str]] = defaultdict(set)
    for stratum, village_id in _drawn(one) & _drawn(other):
        twice[stratum].add(str(village_id))
    for stratum, both in twice.items():
        yield Overlap(None, stratum, both, len(both))


def _drawn(side: Scores) -> set[tuple[str, int]]:
    told = {
        "round": side.round.id, "on": side.day, "within": side.within, "units": [], "domains": [],
    }  # fmt: skip
    return {(stratum, psu) for stratum, psu in driver().execute(DRAWN_VILLAGES, told)}


def _pairs(
    one: Scores, other: Scores, line: int | None, form: Form | None
) -> dict[str, dict[str, Pair]]:
    """By stratum and unit, what it adds to either sum."""
    found: dict[str, dict[str, Pair]] = defaultdict(dict)
    for side, scores in enumerate((one, other)):
        for score in of_line(scores.plain, line):
            if form in {None, score.form}:
                was = found[score.stratum].get(score.unit, (0.0, 0.0))
                added = (score.value, 0.0) if side == 0 else (0.0, score.value)
                found[score.stratum][score.unit] = (was[0] + added[0], was[1] + added[1])
    return found


def _within(pairs: Mapping[str, Pair], both: Collection[str]) -> dict[str, Pair]:
    return {unit: pair for unit, pair in pairs.items() if unit in both}
