"""Reads the indicator sheets of a questionnaire's workbook; each fault names its cell."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from app.indicators.composites import compose
from app.indicators.definitions import Breakdown, Indicator, IndicatorCase, Labels, MissingCode
from app.indicators.missing import REASONS
from app.xforms.labels import language_code
from app.xforms.problems import Finding, Place
from app.xforms.workbook import Row, Workbook

INDICATORS, BREAKDOWNS, MISSING, CASES = "indicators", "breakdowns", "missing", "indicator_tests"
COLUMNS = {
    INDICATORS: {
        *("code", "version", "unit", "eligible", "numerator", "denominator"),
        *("irrelevant", "by", "weight", "join", "note"),
    },
    BREAKDOWNS: {"name", "expression"},
    MISSING: {"list", "question", "code", "reason"},
    CASES: {"code", "answers", "eligible", "numerator", "denominator"},
}
_NEEDED = {
    INDICATORS: ("code", "version", "unit", "numerator"),
    BREAKDOWNS: ("name", "expression"),
    MISSING: ("code", "reason"),
    CASES: ("code", "answers"),
}
_CODE = re.compile(r"[A-Za-z][\w.-]*")
_VERSION = re.compile(r"[1-9]\d{0,8}", re.ASCII)
IRRELEVANT = ("0", "missing", "out")


@dataclass
class IndicatorSheet:
    """What the indicator sheets say, the faults found in reading them, and where things stand."""

    workbook: Workbook
    indicators: list[Indicator] = field(default_factory=list)
    breakdowns: dict[str, Breakdown] = field(default_factory=dict)
    missing: list[MissingCode] = field(default_factory=list)
    cases: list[IndicatorCase] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: dict[tuple[str, object], int] = field(default_factory=dict)

    def fault(self, finding: str, name: str, row: Row, column: str, /, **details: object) -> None:
        """Notes what is wrong with a cell, as a sentence that says what to write."""
        place = self.workbook.sheets[name].place(row.number, column)
        self.findings.append(Finding(finding, place, details=details))

    def place(self, sheet: str, key: object, column: str) -> Place:
        """The cell of an indicator (key: its code), breakdown (name), case or missing code."""
        return self.workbook.sheets[sheet].place(self.rows[sheet, key], column)


def read_indicators(workbook: Workbook) -> IndicatorSheet:
    """The indicators of a workbook; `findings` has what is wrong with the sheets as such."""
    sheet = IndicatorSheet(workbook)
    for name, read in _READERS.items():
        if name not in workbook.sheets:
            continue
        _check_columns(sheet, name)
        for row in workbook.rows(name):
            if _has_needed(sheet, name, row):
                read(sheet, row)
    _compose(sheet)
    return sheet


def misspelt_sheets(workbook: Workbook) -> Iterator[Finding]:
    """Warns of sheets whose names are nearly those of indicator sheets: nobody reads them."""
    for name, sheet in workbook.sheets.items():
        meant = [] if name in COLUMNS else get_close_matches(name, COLUMNS, n=1, cutoff=0.75)
        if meant and sheet.rows and meant[0] not in workbook.sheets:
            yield Finding(
                "A sheet of this name is not read; is %(meant)s meant?",
                Place(sheet.name),
                "warning",
                {"meant": meant[0]},
            )


def _compose(sheet: IndicatorSheet) -> None:
    """Puts into composites what they are made of."""
    known = {item.code: item for item in sheet.indicators}
    for place, item in enumerate(sheet.indicators):
        sheet.indicators[place], faults = compose(item, known)
        sheet.findings += [
            replace(fault, place=sheet.place(INDICATORS, item.code, column))
            for column, fault in faults
        ]


def _read_missing(sheet: IndicatorSheet, row: Row) -> None:
    item = MissingCode(row.text("code"), row.text("reason"), row.text("list"), row.text("question"))
    if bool(item.list) == bool(item.question):
        sheet.fault("Name a list or a question, one of the two.", MISSING, row, "list")
    elif item.reason not in REASONS:
        _choose(sheet, MISSING, row, "reason", REASONS)
    elif _is_new(sheet, MISSING, row, item.key, "code"):
        sheet.missing.append(item)


def _read_breakdown(sheet: IndicatorSheet, row: Row) -> None:
    item = Breakdown(row.text("name"), row.text("expression"), labels_of(row))
    if not _CODE.fullmatch(item.name):
        sheet.fault("A name has letters, digits, '-', '_', '.'.", BREAKDOWNS, row, "name")
    elif _is_new(sheet, BREAKDOWNS, row, item.name, "name"):
        sheet.breakdowns[item.name] = item


def _read_indicator(sheet: IndicatorSheet, row: Row) -> None:
    code = row.text("code")
    if not _CODE.fullmatch(code):
        sheet.fault("A code has letters, digits, '-', '_', '.'.", INDICATORS, row, "code")
        return
    if not _is_new(sheet, INDICATORS, row, code, "code"):
        return
    _check_words(sheet, row)
    _check_by(sheet, row)
    texts: dict[str, Any] = {name: row.text(name) for name in COLUMNS[INDICATORS] - {"by"}}
    by = [sheet.breakdowns[name] for name in _names(row) if name in sheet.breakdowns]
    missing = tuple(sheet.missing)
    item = Indicator(labels=labels_of(row), by=tuple(by), missing=missing, **texts)
    sheet.indicators.append(item)


def _check_words(sheet: IndicatorSheet, row: Row) -> None:
    if not _VERSION.fullmatch(row.text("version")):
        sheet.fault("A version is a whole number from 1.", INDICATORS, row, "version")
    if row.text("irrelevant") not in {"", *IRRELEVANT}:
        _choose(sheet, INDICATORS, row, "irrelevant", IRRELEVANT)
    if not labels_of(row):
        sheet.fault(
            "The indicator has no label: fill a column such as label::Tiếng Việt (vi).",
            INDICATORS,
            row,
            "code",
        )
    if row.text("weight"):
        sheet.fault("Leave it blank: the sample design gives weights.", INDICATORS, row, "weight")


def _check_by(sheet: IndicatorSheet, row: Row) -> None:
    names = _names(row)
    for name in dict.fromkeys(names):
        if name not in sheet.breakdowns:
            sheet.fault(
                "There is no breakdown %(name)s: write it in the sheet breakdowns.",
                INDICATORS,
                row,
                "by",
                name=name,
            )
        elif names.count(name) > 1:
            sheet.fault(
                "The breakdown %(name)s is named twice: name it once.",
                INDICATORS,
                row,
                "by",
                name=name,
            )


def _read_case(sheet: IndicatorSheet, row: Row) -> None:
    case = IndicatorCase(**{name: row.text(name) for name in COLUMNS[CASES]})
    if not any(item.code == case.code for item in sheet.indicators):
        sheet.fault(
            "There is no indicator %(code)s in the sheet indicators.",
            CASES,
            row,
            "code",
            code=case.code,
        )
    elif _is_new(sheet, CASES, row, case, "answers"):
        sheet.cases.append(case)


# In this order, since indicators name breakdowns and cases name indicators.
_READERS: dict[str, Callable[[IndicatorSheet, Row], None]] = {
    MISSING: _read_missing,
    BREAKDOWNS: _read_breakdown,
    INDICATORS: _read_indicator,
    CASES: _read_case,
}


def labels_of(row: Row) -> Labels:
    """The texts in the columns `label` and `label::Language (code)`, by language code."""
    labels: Labels = {}
    for header, cell in row.items():
        kind, _, language = header.partition("::")
        if kind == "label":
            labels[language_code(language)] = cell.text
    return labels


def _names(row: Row) -> list[str]:
    return row.text("by").replace(",", " ").split()


def _check_columns(sheet: IndicatorSheet, name: str) -> None:
    for header in sheet.workbook.sheets[name].columns:
        if header not in COLUMNS[name] and header.partition("::")[0] != "label":
            place = sheet.workbook.sheets[name].place(1, header)
            known = ", ".join([*sorted(COLUMNS[name]), "label::…"])
            sheet.findings.append(
                Finding(
                    "The column %(column)s means nothing here (known: %(known)s).",
                    place,
                    "warning",
                    {"column": header, "known": known},
                )
            )


def _has_needed(sheet: IndicatorSheet, name: str, row: Row) -> bool:
    blank = [column for column in _NEEDED[name] if not row.text(column)]
    for column in blank:
        sheet.fault("%(column)s is missing: fill it.", name, row, column, column=column)
    return not blank


def _is_new(sheet: IndicatorSheet, name: str, row: Row, key: object, column: str) -> bool:
    earlier = sheet.rows.setdefault((name, key), row.number)
    if earlier != row.number:
        sheet.fault(
            "The same stands in row %(earlier)s already: keep one of the two.",
            name,
            row,
            column,
            earlier=earlier,
        )
    return earlier == row.number


def _choose(sheet: IndicatorSheet, name: str, row: Row, column: str, words: Iterable[str]) -> None:
    known = ", ".join(words)
    sheet.fault("%(column)s is one of: %(known)s.", name, row, column, column=column, known=known)
