"""PURE. What is different between two versions of indicators, cell by cell."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.indicators.definitions import Indicator

CELLS = ("version", "unit", "join", "eligible", "numerator", "denominator", "irrelevant")


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that an indicator says otherwise; blank where it says nothing."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """An indicator that is new, changed or ended, with what is different."""

    code: str
    kind: str  # new, changed or ended
    cells: tuple[Cell, ...]


def compare(before: Iterable[Indicator], after: Iterable[Indicator]) -> list[Change]:
    """The indicators that are not the same, by code; labels and notes do not matter."""
    old = {item.code: item for item in before}
    new = {item.code: item for item in after}
    found = (_change(code, old.get(code), new.get(code)) for code in sorted({*old, *new}))
    return [change for change in found if change.cells]


def _change(code: str, before: Indicator | None, after: Indicator | None) -> Change:
    said, says = _cells(before), _cells(after)
    kind = "new" if before is None else "ended" if after is None else "changed"
    cells = (
        Cell(column, said.get(column, ""), says.get(column, "")) for column in {**said, **says}
    )
    return Change(code, kind, tuple(cell for cell in cells if cell.before != cell.after))


def _cells(indicator: Indicator | None) -> dict[str, str]:
    if indicator is None:
        return {}
    missing = sorted(f"{item.list or item.question} {item.code}" for item in indicator.missing)
    return {
        **{name: getattr(indicator, name) for name in CELLS},
        **{f"indicator({code})": text for code, text in indicator.parts},
        **{f"breakdown {item.name}": item.expression for item in indicator.by},
        "missing": ", ".join(missing),
    }
