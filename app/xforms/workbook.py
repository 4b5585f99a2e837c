"""A questionnaire's workbook as text, where every cell remembers its place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.xforms import excel, excel_97, markdown
from app.xforms.problems import Finding, FormRefused, Place, refuse

_FORMULA_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Cell:
    """The trimmed text of one non-blank cell."""

    text: str
    place: Place


class Row(dict[str, Cell]):
    """Column header -> cell, of the non-blank cells of one row."""

    def __init__(self, number: int, cells: dict[str, Cell]) -> None:
        super().__init__(cells)
        self.number = number

    def text(self, header: str) -> str:
        """Return the text under this header, empty when the cell is blank."""
        cell = self.get(header)
        return cell.text if cell else ""


@dataclass
class Sheet:
    """One sheet: its headers with their column letters, and its non-blank rows."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def place(self, row: int, header: str | None = None) -> Place:
        """Return the place of a cell, also a blank one; of the row without a known header."""
        return Place(self.name, f"{self.columns.get(header or '', '')}{row}")


@dataclass
class Workbook:
    """All sheets by their lower-case names."""

    sheets: dict[str, Sheet] = field(default_factory=dict)

    def rows(self, sheet: str) -> list[Row]:
        """Return the rows of a sheet, none when there is no such sheet."""
        return self.sheets[sheet].rows if sheet in self.sheets else []


def read_workbook(content: bytes, suffix: str) -> Workbook:
    """Read ".xlsx", ".xls" or ".md"; in Markdown, row 1 is the table's header row.

    Raises FormRefused when the file is unreadable, too large, or has broken cells.
    """
    readers = {
        ".xlsx": excel.read_xlsx,
        ".xlsm": excel.read_xlsx,
        ".xls": excel_97.read_xls,
        ".md": markdown.read_markdown,
    }
    reader = readers.get(suffix.lower())
    if reader is None:
        raise refuse(
            "A questionnaire is an .xlsx, .xls or .md file, not '%(suffix)s'.", suffix=suffix
        )
    book = Workbook()
    findings: list[Finding] = []
    for name, grid in reader(content).items():
        book.sheets[name.strip().lower()] = _sheet(name.strip(), grid, findings)
    if findings:
        raise FormRefused(findings)
    return book


def column_letter(index: int) -> str:
    """Return the letter of a column counted from 0: "A", …, "Z", "AA"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def in_order(findings: Iterable[Finding], book: Workbook) -> tuple[Finding, ...]:
    """Findings in the order in which one reads the workbook."""
    sheets = [sheet.name for sheet in book.sheets.values()]

    def position(finding: Finding) -> tuple[int, int]:
        row = re.search(r"\d+", finding.place.cell or "")
        sheet = finding.place.sheet
        place = sheets.index(sheet) if sheet in sheets else len(sheets) if sheet else -1
        return place, int(row[0]) if row else 0

    return tuple(sorted(findings, key=position))


def _sheet(name: str, grid: list[list[str]], findings: list[Finding]) -> Sheet:
    sheet = Sheet(name)
    headers = [" ".join(text.split()) for text in grid[0]] if grid else []
    for index, header in enumerate(headers):
        if header in sheet.columns:
            place = Place(name, f"{column_letter(index)}1")
            findings.append(
                Finding(
                    "The column '%(column)s' is there twice: rename one.",
                    place,
                    details={"column": header},
                )
            )
        elif header:
            sheet.columns[header] = column_letter(index)
    for number, texts in enumerate(grid[1:], start=2):
        row = Row(number, {})
        for header, text in zip(headers, texts, strict=False):
            if header and text:
                place = sheet.place(number, header)
                row[header] = Cell(text, place)
                findings.extend(_broken(text, place))
        if row:
            sheet.rows.append(row)
    return sheet


def _broken(text: str, place: Place) -> list[Finding]:
    if text in _FORMULA_ERRORS:
        return [
            Finding(
                "The cell's formula failed with %(text)s: correct it.",
                place,
                details={"text": text},
            )
        ]
    if _NOT_XML.search(text):
        return [Finding("The cell has a character that no form may hold: retype its text.", place)]
    return []
