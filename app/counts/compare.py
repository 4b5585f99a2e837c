"""PURE. A count of others beside the survey's figure of the same place and indicator.

A count with its denominator is a share and is compared with the figure, in points; one without is
compared with the survey's estimate of the number, relatively.
"""

from dataclasses import dataclass

from app.indicators.figures import Figure


@dataclass(frozen=True, slots=True)
class Beside:
    """Both values, and how far they are apart; None: the survey has no figure (for the reader)."""

    counted: float
    survey: float | None
    ci: tuple[float, float] | None
    difference: float | None
    is_share: bool

    @property
    def is_within(self) -> bool:
        """Whether the count lies in the survey's interval, so that chance alone may explain it."""
        return self.ci is not None and self.ci[0] <= self.counted <= self.ci[1]

    def is_above(self, threshold: float) -> bool:
        """Whether somebody should look into it."""
        return self.difference is not None and abs(self.difference) > threshold


def put_beside(numerator: float, denominator: float | None, figure: Figure | None) -> Beside:
    """The comparison of a count with a figure."""
    if denominator is not None:
        counted, scale = numerator / denominator, 1.0
    else:
        counted, scale = numerator, (figure and figure.denominator) or 0.0
    is_share = denominator is not None
    if figure is None or figure.value is None or not scale:
        return Beside(counted, None, None, None, is_share)
    survey = figure.value * scale
    ci = figure.ci and (figure.ci[0] * scale, figure.ci[1] * scale)
    difference = counted - survey
    if not is_share:
        difference = difference / survey if survey else float(difference > 0)
    return Beside(counted, survey, ci, difference, is_share)
