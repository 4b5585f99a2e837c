"""The observations: a table of texts whose cells are read with their place at hand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.indicators.estimation.plan import DataFault, Wanted

BLANK = ("", "NA", "NaN")
TRUTH = {"true": 1.0, "false": 0.0}
# Between these a square of a product of two, and its inverse, still is a number.
SMALLEST, LARGEST = 1e-50, 1e50


@dataclass(frozen=True, slots=True)
class Row:
    """One observation and its place in the file (the header is row 1)."""

    number: int
    cells: Mapping[str, str]
    source: str = "data"

    def text(self, column: str) -> str:
        """A cell that may not be blank."""
        value = self.cells[column]
        if value in BLANK:
            raise self.problem("is blank", column)
        return value

    def is_one_of(self, column: str, wanted: Wanted) -> bool:
        """Whether a cell says one of the values, numbers and truth however it writes them."""
        text = self.cells[column]
        if text in BLANK:
            return None in wanted or text in wanted
        number = _number(text)
        return text in wanted or (number is not None and number in wanted)

    def number_in(self, column: str) -> float | None:
        """A number, true (1) or false (0); None when blank."""
        value = self.cells[column]
        if value in BLANK:
            return None
        number = _number(value)
        if number is None:
            raise self.problem(f"{value!r} is not a number", column)
        if number and not SMALLEST <= abs(number) <= LARGEST:
            raise self.problem(f"{value} is too large, or too near 0, to reckon with", column)
        return number

    def positive(self, column: str) -> float:
        """A number above 0, as weights and population sizes must be."""
        number = self.number_in(column)
        if number is None:
            raise self.problem("is blank", column)
        if number <= 0:
            raise self.problem(f"{self.cells[column]} is not above 0", column)
        return number

    def yes(self, column: str) -> bool:
        """Whether a 0/1 cell says 1; blank says no."""
        number = self.number_in(column)
        if number not in (None, 0.0, 1.0):
            raise self.problem(f"{self.cells[column]!r} is neither 0 nor 1", column)
        return number == 1.0

    def problem(self, message: str, column: str = "") -> DataFault:
        """What is wrong in this row, and where it stands."""
        return DataFault(message, source=self.source, row=self.number, column=column)


def _number(text: str) -> float | None:
    """What a text says as a number, true as 1 and false as 0; None when it is none."""
    if text.isalpha():
        return TRUTH.get(text.lower())
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return None


def check_columns(header: Sequence[str], wanted: Iterable[str], source: str = "data") -> None:
    """Raise DataFault for a column that is named but not there, or there twice."""
    if len(header) == 1:
        message = "has a single column; cells must be separated by commas"
        raise DataFault(message, source=source, row=1)
    for column in sorted(wanted):
        if header.count(column) != 1:
            problem = "is missing" if column not in header else "is there twice"
            raise DataFault(problem, source=source, row=1, column=column)
