"""PURE. Reads the workbook of a scorecard; each fault names its cell and what to write there."""

import re
from fractions import Fraction
from itertools import pairwise

from app.errors import BadRequest
from app.scorecards.definitions import (
    ANSWERED,
    COUNT,
    RULES,
    STEPS,
    TARGET,
    Criterion,
    Definition,
    Step,
)
from app.scorecards.points import points_of, shown
from app.scorecards.reported import number, value_of
from app.scorecards.sheet import (
    CASES,
    COLUMNS,
    CRITERIA,
    GROUPS,
    SETTINGS,
    ScorecardSheet,
    texts_of,
)
from app.xforms.problems import Place, refuse
from app.xforms.workbook import Row, Workbook

NEEDED_BY = {"target": TARGET, "each": COUNT, "steps": STEPS}
EXAMPLES = {"target": "80%", "each": "5", "steps": "4=20; 3=15; 2=10; 1=5"}
MOST = 100_000  # points of one criterion
YEARS = (2020, 2100)
CODE = re.compile(r"[A-Za-z][\w.-]{0,39}", re.ASCII)


def read_scorecard(workbook: Workbook) -> ScorecardSheet:
    """The scorecard of a workbook; raises `FormRefused` when it has no such sheets at all."""
    for name in (SETTINGS, CRITERIA):
        if not workbook.rows(name):
            raise refuse(
                "A scorecard needs rows in the sheet “%(sheet)s”: add it.", Place(name), sheet=name
            )
    sheet = ScorecardSheet(workbook)
    sheet.check_names()
    for name in COLUMNS:
        sheet.check_columns(name)
    for row in sheet.complete_rows(GROUPS):
        _read_group(sheet, row)
    for row in sheet.complete_rows(CRITERIA):
        _read_criterion(sheet, row)
    for row in sheet.complete_rows(CASES):
        _run_case(sheet, row)
    for row in sheet.complete_rows(SETTINGS)[:1]:
        _read_settings(sheet, row)
    return sheet


def _read_settings(sheet: ScorecardSheet, row: Row) -> None:
    for other in sheet.workbook.rows(SETTINGS)[1:]:
        sheet.fault("Delete this row: a scorecard has one of settings.", SETTINGS, other, "code")
    _check_code(sheet, SETTINGS, row)
    definition = Definition(
        code=row.text("code"),
        version=sheet.whole(row, "version", 1, 10**6),
        year=sheet.whole(row, "year", *YEARS),
        labels=texts_of(row, "label"),
        criteria=tuple(sheet.criteria.values()),
        groups=sheet.groups,
        legal_basis=row.text("legal_basis"),
        due_on=sheet.day(row, "due_on"),
    )
    total = sheet.exact(SETTINGS, row, "total")
    if total is not None and total != definition.points:
        sheet.fault(
            "The criteria have %(sum)s points together, not %(total)s. Correct one of the two.",
            SETTINGS,
            row,
            "total",
            sum=shown(definition.points),
            total=shown(total),
        )
    if not sheet.has_errors:
        sheet.definition = definition


def _read_group(sheet: ScorecardSheet, row: Row) -> None:
    if _is_new(sheet, GROUPS, row):
        sheet.groups[row.text("code")] = texts_of(row, "label")


def _is_new(sheet: ScorecardSheet, name: str, row: Row) -> bool:
    earlier = sheet.rows.setdefault((name, row.text("code")), row)
    if earlier is not row:
        told = {"row": earlier.number}
        sheet.fault("Row %(row)s has this code already: choose another.", name, row, "code", **told)
    return earlier is row


def _read_criterion(sheet: ScorecardSheet, row: Row) -> None:
    code = row.text("code")
    if not _is_new(sheet, CRITERIA, row):
        return
    _check_words(sheet, row)
    _check_rule(sheet, row)
    points = sheet.exact(CRITERIA, row, "points")
    if points is None:
        return
    if not 0 < points <= MOST:
        sheet.fault("Write points above 0, at most %(most)s.", CRITERIA, row, "points", most=MOST)
    sheet.criteria[code] = Criterion(
        code=code,
        labels=texts_of(row, "label"),
        points=points,
        target=sheet.positive(row, "target"),
        each=sheet.positive(row, "each"),
        steps=_steps(sheet, row, points),
        evidence=row.text("evidence") == "yes",
        guide=texts_of(row, "guide"),
        **{name: row.text(name) for name in ("rule", "group", "indicator")},
        **{name: row.text(name) for name in ("department", "basis", "note")},
    )


def _check_code(sheet: ScorecardSheet, name: str, row: Row) -> None:
    if not CODE.fullmatch(row.text("code")):
        sheet.fault(
            "Begin a code with a letter; letters, digits, - _ . may follow.", name, row, "code"
        )


def _check_words(sheet: ScorecardSheet, row: Row) -> None:
    group = row.text("group")
    _check_code(sheet, CRITERIA, row)
    if not texts_of(row, "label"):
        sheet.fault("The criterion has no label: fill a column label::….", CRITERIA, row, "code")
    if group and group not in sheet.groups:
        sheet.fault(
            "There is no group %(group)s: add it to the sheet “groups”.",
            CRITERIA,
            row,
            "group",
            group=group,
        )
    if row.text("evidence") not in {"", "yes"}:
        sheet.fault(
            "Write yes where a file must prove it, else nothing.", CRITERIA, row, "evidence"
        )


def _check_rule(sheet: ScorecardSheet, row: Row) -> None:
    rule = row.text("rule")
    if rule not in RULES:
        sheet.fault("Write one of: %(words)s.", CRITERIA, row, "rule", words=", ".join(RULES))
        return
    if rule in ANSWERED and row.text("indicator"):
        sheet.fault(
            "The rule %(rule)s is about what the commune reports: leave this blank.",
            CRITERIA,
            row,
            "indicator",
            rule=rule,
        )
    for column, needing in NEEDED_BY.items():
        if rule == needing and not row.text(column):
            sheet.fault(
                "The rule %(rule)s needs this, such as %(example)s.",
                CRITERIA,
                row,
                column,
                rule=rule,
                example=EXAMPLES[column],
            )
        elif rule != needing and row.text(column):
            sheet.fault(
                "This belongs to the rule %(other)s, not to %(rule)s: leave it blank.",
                CRITERIA,
                row,
                column,
                other=needing,
                rule=rule,
            )


def _steps(sheet: ScorecardSheet, row: Row, most: Fraction) -> tuple[Step, ...]:
    if not row.text("steps"):
        return ()
    try:
        pairs = (part.split("=") for part in row.text("steps").split(";") if part.strip())
        steps = [Step(number(at), number(points)) for at, points in pairs]
        steps.sort(key=lambda step: step.at)
        highest = steps[-1].points
    except (BadRequest, ValueError, IndexError):
        sheet.fault("Write value=points: 4=20; 3=15; 2=10; 1=5.", CRITERIA, row, "steps")
        return ()
    if any(low.at == high.at or low.points >= high.points for low, high in pairwise(steps)):
        sheet.fault(
            "A higher value must give more points than a lower one.", CRITERIA, row, "steps"
        )
    elif highest != most:
        sheet.fault(
            "The highest step gives %(step)s, the criterion has %(points)s. Correct one of the"
            " two.",
            CRITERIA,
            row,
            "steps",
            step=shown(highest),
            points=shown(most),
        )
    return tuple(steps)


def _run_case(sheet: ScorecardSheet, row: Row) -> None:
    criterion = sheet.criteria.get(row.text("code"))
    if criterion is None:
        sheet.fault("There is no criterion “%(code)s”.", CASES, row, "code", code=row.text("code"))
        return
    if sheet.has_errors:
        return  # a faulty rule gives no points
    expected = sheet.exact(CASES, row, "points")
    try:
        found = points_of(criterion, value_of(criterion, row.text("value")))
    except BadRequest as problem:
        sheet.fault(problem.message, CASES, row, "value", **problem.details)
        return
    if expected is not None and shown(found) != shown(expected):
        sheet.fault(
            "This value gives %(points)s points by the rule.",
            CASES,
            row,
            "points",
            points=shown(found),
        )
