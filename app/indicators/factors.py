"""How many others an interview stands for in a figure, and how that comes about.

    weight = 1 / π · (there / counted) · adults · g

π is how likely its household was drawn, 1 in a census. The interviews that count of a village, or
of a part of a sample, stand for all who should be there. One adult stands for those of the
household. A release may be fitted to known totals, by g. Weights times what interviews say add up
to the figure's numerator and denominator.
"""

from dataclasses import dataclass
from math import isclose
from typing import Any, NamedTuple

from app.db import driver
from app.i18n import format_number, gettext
from app.indicators.reading import BASES, NOW, RELEASED
from app.indicators.sample_reading import DESIGN
from app.samples.queries import is_sampled

OF_VILLAGES = """
select village_id, null, null, expected, n, kind from bases
where (form_id, partner_id) = (%(form)s, %(partner)s) and n > 0
"""

# A village of two stages by itself is a sample of its households: how likely it was drawn itself
# does not matter there.
OF_PARTS = """
select f.part, p.probability / case when %(within)s then p.chance else 1 end,
       case when f.psu is not null and not %(within)s then p.chance end,
       f.factor * p.probability * f.n, f.n, f.kind
from parts f
join samples s on s.round_id = %(round)s
join sample_parts p on (p.sample_id, p.code) = (s.id, f.part)
where (f.form_id, f.partner_id) = (%(form)s, %(partner)s) and f.n > 0
"""


class Factor(NamedTuple):
    """What the interviews of one village, or of one part of a sample, have in common."""

    probability: float | None  # that their household was drawn; None: all are asked
    village_probability: float | None  # of that, that their village was, where villages were drawn
    there: float  # who should be there, as far as it is known; in a sample, of those drawn
    counted: int  # who is, and stands for them
    kind: str  # of the form


class Fitted(NamedTuple):
    """What an interview adds to a figure with weights fitted to known totals."""

    y: float
    x: float
    g: float | None  # by what its weight is multiplied; None where that differs among its members


@dataclass(frozen=True, slots=True)
class Weight:
    """How many one interview stands for, with all that makes it."""

    factor: Factor
    adults: int
    fitted: Fitted | None = None

    @property
    def correction(self) -> float:
        """For those who should be there and are not among those that count."""
        return self.factor.there / self.factor.counted

    @property
    def total(self) -> float | None:
        """The product; None where members of one household have different weights."""
        g = self.fitted.g if self.fitted else 1.0
        return None if g is None else self._drawn * g

    @property
    def shown(self) -> str:
        """The total as readers of the present language write it."""
        return gettext("by member") if self.total is None else _digits(self.total)

    @property
    def _drawn(self) -> float:
        return self.correction / (self.factor.probability or 1.0) * self.adults

    def times(self, y: float | None, x: float | None) -> tuple[float, float]:
        """What sums of y and x over the rows of the interview add to the figure."""
        if self.fitted:
            return self.fitted.y, self.fitted.x
        return self._drawn * (y or 0.0), self._drawn * (x or 0.0)

    @property
    def words(self) -> str:
        """How it is made, as a product in the present language."""
        return " × ".join(filter(None, (self._draw(), self._standing(), *self._rest())))

    def _draw(self) -> str:
        probability, village = self.factor.probability, self.factor.village_probability
        if probability is None:
            return ""
        if village is None or not probability:
            return gettext(
                "1 ÷ %(chance)s (how likely its household was drawn)", chance=_digits(probability)
            )
        return gettext(
            "1 ÷ %(village)s (how likely its village was drawn)"
            " ÷ %(chance)s (and its household there)",
            village=_digits(village),
            chance=_digits(probability / village),
        )

    def _standing(self) -> str:
        factor = self.factor
        said = {
            "ratio": _digits(self.correction),
            "counted": format_number(factor.counted),
            "there": _digits(factor.there),
        }
        if factor.kind == "village":
            return gettext("%(ratio)s (the village counts once; reports: %(counted)s)", **said)
        if factor.kind not in {"household", "person"}:
            return "1"
        if factor.probability is None:
            return gettext(
                "%(ratio)s (households of the village ÷ counted: %(there)s ÷ %(counted)s)", **said
            )
        return gettext(
            "%(ratio)s (drawn households that are there ÷ counted: %(there)s ÷ %(counted)s)", **said
        )

    def _rest(self) -> list[str]:
        said = []
        if self.factor.kind == "person":
            said.append(gettext("%(adults)s (adults of the household)", adults=self.adults))
        if self.fitted:
            g = gettext("by member") if self.fitted.g is None else _digits(self.fitted.g)
            said.append(gettext("%(g)s (fitted to known totals)", g=g))
        return said


def _digits(value: float) -> str:
    """Up to four decimals, as far as they say something."""
    return format_number(value, next((n for n in range(4) if isclose(round(value, n), value)), 4))


def factors_of(asked: dict[str, Any], release: int | None, *, within: bool) -> dict[Any, Factor]:
    """By village (id), or by part of a sample (code), what an interview's own sums count.

    `asked` names a round, unit, form and partner, and the day (`on`) of the boundaries; `within`
    says that the unit is a village.
    """
    tables = NOW if release is None else RELEASED
    sampled = is_sampled(asked["round"])
    statements = [BASES.format(**tables) + OF_VILLAGES]
    if sampled:
        statements.append(DESIGN.format(**tables) + OF_PARTS)
    wanted = {
        **asked, "partner": asked["partner"] or 0, "units": [asked["unit"]],
        "sampled": sampled, "within": within,
    }  # fmt: skip
    return {
        key: Factor(*numbers)
        for statement in statements
        for key, *numbers in driver().execute(statement, wanted)
    }
