"""PURE. A figure: the sums of one unit put together into a value that can be read."""

from dataclasses import dataclass
from datetime import date, datetime

# From here on a figure says too little: the width of a share's 95 % interval (Parker et al., NCHS
# standards for proportions, 2017), and the standard error of a mean or ratio as a part of it.
WIDE = RELATIVE = 0.30
MISSING_REASONS = ("dont_know", "refused", "blank", "irrelevant")


@dataclass(frozen=True, slots=True)
class Base:
    """How one form stands in one unit: its villages' frames and outcomes, added up.

    In a sample it is about those who were drawn; who stands in for one of them is apart.
    """

    expected: float  # estimated number of subjects (N̂)
    n: int  # subjects of which an interview counts
    waiting: int
    unresolved: int
    refused: int
    villages: int
    villages_left_out: int
    frame_left_out: int
    first_on: date | None
    last_on: date | None
    computed_at: datetime | None
    substitutes: int = 0
    villages_not_drawn: int = 0
    is_sample: bool = False

    @property
    def coverage(self) -> float | None:
        """Counted interviews as a share of the subjects that should be there."""
        return min(self.n / self.expected, 1.0) if self.expected > 0 else None

    @property
    def is_counted(self) -> bool:
        """Everybody who should be there is counted."""
        return self.n > 0 and not (self.unresolved or self.refused or self.villages_left_out)

    @property
    def is_complete(self) -> bool:
        """The same, and nobody waits for a decision; of a sample, all drawn are accounted for."""
        missing = self.unresolved or self.villages_left_out
        counted = self.n > 0 and not missing if self.is_sample else self.is_counted
        return counted and not self.waiting


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator (or one group of a breakdown of it) for one unit; None is "not available"."""

    unit_id: int
    unit_code: str | None
    unit_name: str
    level: str
    round: str
    indicator: str
    version: str
    labels: dict[str, str]
    breakdown: str
    breakdown_value: str
    numerator: float | None
    denominator: float | None
    n: int | None
    missing: dict[str, int]
    base: Base
    domain_id: int | None = None  # the indicator's version and its group
    value: float | None = None  # numerator over denominator: a fraction or a mean, not per cent
    se: float | None = None
    ci: tuple[float, float] | None = None
    ci_method: str | None = None
    df: int | None = None
    deff: float | None = None
    bounds: tuple[float, float] | None = None
    suppressed: str | None = None
    broken: str | None = None  # why there is no figure under the boundaries asked for
    release: int | None = None  # as it was given out; None is as it is now
    is_pending: bool = False  # its indicator is not evaluated on all interviews yet
    is_calibrated: bool = False  # its weights were fitted to known totals
    overlaps: bool = False  # a row may be in several groups of the breakdown: they do not add up
    is_mean: bool = False  # of numbers, each row counting once; else a share or a ratio

    @property
    def coverage(self) -> float | None:
        """Counted interviews as a share of those that should be there."""
        return self.base.coverage

    @property
    def status(self) -> str:
        """`final` once every subject is counted with an answer and nothing waits.

        In a sample weights stand for those who refused, so that all who were drawn are visited.
        """
        answered = self.base.is_sample or not any(self.missing.values())
        final = self.base.is_complete and answered and not self.is_pending
        return "final" if final else "provisional"

    @property
    def is_imprecise(self) -> bool | None:
        """Whether its interval is too wide to say much; None without an interval."""
        if self.value is None or self.ci is None or self.se is None:
            return None
        if self.ci_method == "t":
            return self.se > RELATIVE * abs(self.value)
        return round(self.ci[1] - self.ci[0], 9) >= WIDE

    @property
    def as_of(self) -> datetime | None:
        """When the sums were made."""
        return self.base.computed_at


def bounds_of(yes: float, n: int, missing: int, base: Base) -> tuple[float, float] | None:
    """A share of households, or villages, if all who are missing said no, and if all said yes.

    y / N and (y + N - n) / N, where y of n say yes and the others of N were not reached or gave no
    answer. Who was not reached may be outside the indicator.
    """
    if not n:
        return None
    silent = max(base.expected - base.n, 0.0) + missing
    return yes / (n + silent), (yes + silent) / (n + silent)
