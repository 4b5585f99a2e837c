"""Weighted totals of numerator and denominator, unit by unit: what scores are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.indicators.estimation.calibrate import Calibration
from app.indicators.estimation.elements import Element
from app.indicators.estimation.variance import Score


@dataclass(slots=True)
class Totals:
    """Totals of a unit, without what calibration explains, and the sizes that went into them."""

    y: float = 0.0
    x: float = 0.0
    size_y: float = 0.0
    size_x: float = 0.0

    def score(self, ratio: float) -> Score:
        """The linearised total Y - ratio · X."""
        return Score(self.y - ratio * self.x, self.size_y + abs(ratio) * self.size_x)


def total_up(
    elements: Mapping[int, Element], unit_of: Sequence[int], calibration: Calibration | None
) -> dict[int, Totals]:
    """Totals of every unit with an element (row -> element).

    When calibrated, of units that share a cell with one as well.
    """
    totals: dict[int, Totals] = {}
    for row, element in elements.items():
        weight, y, x, _ = element
        total = totals.setdefault(unit_of[row], Totals())
        total.y += weight * y
        total.x += weight * x
        total.size_y += weight * element.size
        total.size_x += weight * abs(x)
    if calibration is not None:
        _explain(totals, elements, calibration)
    return totals


def _explain(
    totals: dict[int, Totals], elements: Mapping[int, Element], calibration: Calibration
) -> None:
    """Leave of every unit the residuals: cells touch units outside the domain as well."""
    by = calibration.fit({row: element.y for row, element in elements.items()})
    bx = calibration.fit({row: element.x for row, element in elements.items()})
    largest_y = calibration.largest({row: element.size for row, element in elements.items()})
    largest_x = calibration.largest({row: abs(element.x) for row, element in elements.items()})
    for y, x, units in zip(by, bx, calibration.cell_units, strict=True):
        if not (y or x):
            continue
        for unit, weight in units.items():
            total = totals.setdefault(unit, Totals())
            total.y -= y * weight
            total.x -= x * weight
            total.size_y += largest_y * weight
            total.size_x += largest_x * weight
