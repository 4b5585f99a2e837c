"""The observations: a table of texts whose cells are read with their place at hand."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.indicators.estimation.plan import DataFault

BLANK = ("", "NA", "NaN")
TRUTH = {"1": 1.0, "0": 0.0, "true": 1.0, "false": 0.0}


@dataclass(frozen=True, slots=True)
class Row:
    """One observation and its place in the file (the header is row 1)."""

    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """A cell that may not be blank."""
        value = self.cells[column]
        if value in BLANK:
            raise DataFault("is blank", row=self.number, column=column)
        return value

    def number_in(self, column: str) -> float | None:
        """A number, true (1) or false (0); None when blank."""
        value = self.cells[column]
        if value in BLANK:
            return None
        try:
            number = TRUTH.get(value.lower()) if value.isalpha() else float(value)
        except ValueError:
            number = None
        if number is None or not math.isfinite(number):
            raise DataFault(f"{value!r} is not a number", row=self.number, column=column)
        return number

    def positive(self, column: str) -> float:
        """A number above 0, as weights and population sizes must be."""
        number = self.number_in(column)
        if number is None:
            raise DataFault("is blank", row=self.number, column=column)
        if number <= 0:
            raise DataFault(f"{self.cells[column]} is not above 0", row=self.number, column=column)
        return number

    def yes(self, column: str) -> bool:
        """Whether a 0/1 cell says 1; blank says no."""
        number = self.number_in(column)
        if number not in (None, 0.0, 1.0):
            message = f"{self.cells[column]!r} is neither 0 nor 1"
            raise DataFault(message, row=self.number, column=column)
        return number == 1.0


def check_columns(header: Sequence[str], wanted: Iterable[str], source: str = "data") -> None:
    """Raise DataFault for a column that is named but not there, or there twice."""
    for column in sorted(wanted):
        if header.count(column) != 1:
            problem = "is missing" if column not in header else "is there twice"
            raise DataFault(problem, source=source, row=1, column=column)
