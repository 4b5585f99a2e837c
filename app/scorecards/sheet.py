"""PURE. The workbook of a scorecard while it is read: its cells, and what is wrong with them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from app.errors import BadRequest
from app.scorecards.definitions import Criterion, Definition, Labels
from app.scorecards.reported import number
from app.xforms.labels import language_code
from app.xforms.problems import Finding, Place
from app.xforms.workbook import Row, Workbook

SETTINGS, GROUPS, CRITERIA, CASES = "settings", "groups", "criteria", "scorecard_tests"
COLUMNS = {
    SETTINGS: {"code", "version", "year", "total", "legal_basis", "due_on"},
    GROUPS: {"code"},
    CRITERIA: {
        *("code", "group", "indicator", "points", "rule", "target", "each", "steps"),
        *("evidence", "department", "basis", "note"),
    },
    CASES: {"code", "value", "points"},
}
NEEDED = {
    SETTINGS: ("code", "version", "year"),
    GROUPS: ("code",),
    CRITERIA: ("code", "points", "rule"),
    CASES: ("code", "value", "points"),
}
WORDED = {SETTINGS: ("label",), GROUPS: ("label",), CRITERIA: ("label", "guide")}
DAYS = ("%Y-%m-%d", "%d/%m/%Y")


@dataclass
class ScorecardSheet:
    """What a workbook says so far, and its faults; without errors there is a definition."""

    workbook: Workbook
    groups: dict[str, Labels] = field(default_factory=dict)
    criteria: dict[str, Criterion] = field(default_factory=dict)
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)  # by sheet and code
    findings: list[Finding] = field(default_factory=list)
    definition: Definition | None = None

    @property
    def has_errors(self) -> bool:
        """Whether it cannot be published."""
        return any(finding.severity == "error" for finding in self.findings)

    def fault(self, finding: str, name: str, row: Row, column: str, /, **details: object) -> None:
        """Notes what is wrong with a cell, as a sentence that says what to write."""
        place = self.workbook.sheets[name].place(row.number, column)
        self.findings.append(Finding(finding, place, details=details))

    def complete_rows(self, name: str) -> list[Row]:
        """The rows of a sheet that fill every column they must; the others are faults."""
        rows = self.workbook.rows(name)
        for row in rows:
            for column in NEEDED[name]:
                if not row.text(column):
                    self.fault("%(column)s is missing: fill it.", name, row, column, column=column)
        return [row for row in rows if all(map(row.text, NEEDED[name]))]

    def check_names(self) -> None:
        """Warns of sheets that say nothing here: most are misspelt."""
        for name, sheet in self.workbook.sheets.items():
            if name not in COLUMNS and sheet.rows:
                self.findings.append(
                    Finding(
                        "The sheet means nothing here (known: %(known)s).",
                        Place(sheet.name),
                        "warning",
                        {"known": ", ".join(COLUMNS)},
                    )
                )

    def check_columns(self, name: str) -> None:
        """Warns of columns that say nothing here: most are misspelt."""
        sheet = self.workbook.sheets.get(name)
        for header in sheet.columns if sheet else ():
            if header in COLUMNS[name] or header.partition("::")[0] in WORDED.get(name, ()):
                continue
            assert sheet is not None
            self.findings.append(
                Finding(
                    "The column %(column)s means nothing here (known: %(known)s).",
                    sheet.place(1, header),
                    "warning",
                    {"column": header, "known": ", ".join(sorted(COLUMNS[name]))},
                )
            )

    def exact(self, name: str, row: Row, column: str) -> Fraction | None:
        """The number in a cell; None when it is blank or, which is a fault, none."""
        if not row.text(column):
            return None
        try:
            return number(row.text(column))
        except BadRequest as problem:
            self.fault(problem.message, name, row, column, **problem.details)
            return None

    def positive(self, row: Row, column: str) -> Fraction | None:
        """The same of a criterion, above 0."""
        value = self.exact(CRITERIA, row, column)
        if value is not None and value <= 0:
            self.fault("Write a number above 0.", CRITERIA, row, column)
            return None
        return value

    def whole(self, row: Row, column: str, least: int, most: int) -> int:
        """A whole number of the settings."""
        text = row.text(column)
        if text.isascii() and text.isdigit() and least <= int(text[:9]) <= most:
            return int(text[:9])
        self.fault(
            "Write a whole number from %(least)s to %(most)s.",
            SETTINGS,
            row,
            column,
            least=least,
            most=most,
        )
        return least

    def day(self, row: Row, column: str) -> date | None:
        """A day of the settings; None when it is blank."""
        text = row.text(column)
        for pattern in DAYS if text else ():
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar's day
            except ValueError:
                continue
        if text:
            self.fault("Write a day as 2026-12-15 or 15/12/2026.", SETTINGS, row, column)
        return None


def texts_of(row: Row, kind: str) -> Labels:
    """The texts in the columns `kind` and `kind::Language (code)`, by language code."""
    texts: Labels = {}
    for header, cell in row.items():
        name, _, language = header.partition("::")
        if name == kind:
            texts[language_code(language)] = cell.text
    return texts
