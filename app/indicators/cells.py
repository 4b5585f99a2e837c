"""PURE. What one interview adds to a figure: sums over its rows, and the rows without an answer."""

from dataclasses import dataclass

from app.xforms.expressions.values import Missing


@dataclass(slots=True)
class Cell:
    """Sums over the rows of one interview, for one indicator and one group of one breakdown.

    `indicator` is the place in the sequence that was compiled; breakdown and value are "" for all
    rows; a value of "" under a breakdown is the group of rows whose group is not known. n rows
    count, y and x are their numerators and denominators; the last four are rows that are missing.
    """

    indicator: int
    breakdown: str = ""
    value: str = ""
    n: int = 0
    y: float = 0.0
    x: float = 0.0
    yy: float = 0.0
    xy: float = 0.0
    xx: float = 0.0
    dont_know: int = 0
    refused: int = 0
    blank: int = 0
    irrelevant: int = 0

    @property
    def missing(self) -> int:
        """Rows inside, or perhaps inside, that do not count."""
        return self.dont_know + self.refused + self.blank + self.irrelevant


Key = tuple[int, str, str]
Cells = dict[Key, Cell]


def add(cells: Cells, key: Key, worth: tuple[float, float] | Missing) -> None:
    """Adds a row, by its numerator and denominator or the reason why it has none."""
    cell = cells.get(key)
    if isinstance(worth, Missing):
        if cell is None:
            cell = cells[key] = Cell(*key)
        setattr(cell, worth.reason, getattr(cell, worth.reason) + 1)
        return
    y, x = worth
    if cell is None:  # most cells of an interview get one row
        cells[key] = Cell(*key, 1, y, x, y * y, x * y, x * x)
        return
    cell.n += 1
    cell.y += y
    cell.x += x
    cell.yy += y * y
    cell.xy += x * y
    cell.xx += x * x
