"""PURE. Figures as rows: for JSON, and as CSV that spreadsheets do not mistake for formulas."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.indicators.figures import Figure

COLUMNS = (
    "unit_id", "unit_code", "unit_name", "unit_level", "round", "indicator", "version",
    "by", "by_value", "value", "numerator", "denominator", "n", "se", "ci_low", "ci_high",
    "ci_method", "df", "deff", "bound_low", "bound_high", "coverage",
    "status", "suppressed", "as_of", "broken", "overlaps",
    "imprecise",
)  # fmt: skip

BLOCK = 64 * 1024  # characters that are sent together

# What makes a spreadsheet take a text for a formula (OWASP, CSV injection).
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def figure_row(figure: Figure) -> dict[str, Any]:
    """A figure under the names of `COLUMNS`; what is not available is None."""
    low, high = figure.ci or (None, None)
    least, most = figure.bounds or (None, None)
    return {
        "unit_id": figure.unit_id,
        "unit_code": figure.unit_code,
        "unit_name": figure.unit_name,
        "unit_level": figure.level,
        "round": figure.round,
        "indicator": figure.indicator,
        "version": figure.version,
        "by": figure.breakdown or None,
        "by_value": figure.breakdown_value if figure.breakdown else None,
        "value": figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "n": figure.n,
        "se": figure.se,
        "ci_low": low,
        "ci_high": high,
        "ci_method": figure.ci_method,
        "df": figure.df,
        "deff": figure.deff,
        "bound_low": least,
        "bound_high": most,
        "coverage": figure.coverage,
        "status": figure.status,
        "suppressed": figure.suppressed,
        "as_of": figure.as_of,
        "broken": figure.broken,
        "overlaps": figure.overlaps if figure.breakdown else None,
        "imprecise": figure.is_imprecise,
    }


def csv_lines(
    figures: Iterable[Figure], columns: Sequence[str] = COLUMNS, *, vietnamese: bool = False
) -> Iterator[str]:
    """The same as `figures_csv`, a line at a time, with some of the columns.

    Vietnamese is what a spreadsheet set to Vietnamese takes for numbers: semicolons between
    columns, and decimal commas.
    """
    line = io.StringIO()
    writer = csv.writer(line, delimiter=";" if vietnamese else ",", lineterminator="\r\n")
    writer.writerow(columns)
    for figure in figures:
        row = figure_row(figure)
        cells = (_cell(row[name]) for name in columns)
        writer.writerow([_comma(cell) if vietnamese else cell for cell in cells])
        if line.tell() > BLOCK:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def _comma(cell: Any) -> Any:
    return repr(cell).replace(".", ",") if isinstance(cell, float) else cell


def figures_csv(figures: Iterable[Figure]) -> str:
    """The figures as CSV with a header; numbers with a decimal point, empty when not available."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for figure in figures:
        writer.writerow({name: _cell(value) for name, value in figure_row(figure).items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat(timespec="seconds")
    if isinstance(value, str):
        return harmless(value)
    return str(value).lower() if isinstance(value, bool) else value


def harmless(text: str) -> str:
    """A text that a spreadsheet shows as it is: one that looks like a formula gets a quote."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
