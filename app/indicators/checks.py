"""Checks indicators against the questionnaire whose answers they count."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.indicators.definitions import Breakdown, Indicator, MissingCode
from app.indicators.evaluate import gate_of
from app.indicators.formula import Formula, compile_breakdown, compile_formula, unit_scope
from app.indicators.missing import codes_by_question, undeclared
from app.indicators.partners import ALONE, Partners, cannot_join
from app.indicators.sheet import BREAKDOWNS, INDICATORS, MISSING, IndicatorSheet, sentence
from app.xforms.definition import FormDefinition
from app.xforms.expressions.conditions import settle
from app.xforms.expressions.plan import Plan
from app.xforms.expressions.rows import Scope
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.join import MARK
from app.xforms.problems import Finding, Place

# A total over members, in a calculation of the phone's.
_TOTAL = re.compile(r"(?<![\w-])(sum|count)\s*\(")


def check_indicators(
    sheet: IndicatorSheet, definition: FormDefinition, partners: Partners = ALONE
) -> list[Finding]:
    """Everything wrong with the indicators, faults of the sheets themselves included."""
    findings = [*sheet.findings]
    plans = {"": _plan(definition)}
    for indicator in sheet.indicators:
        if indicator.join not in plans:
            found = _join(sheet, indicator, definition, partners)
            findings += found
            whole = None if found else partners.whole(definition, indicator.join)
            plans |= {indicator.join: _plan(whole)} if whole else {}
        if indicator.join not in plans:
            continue
        plan = plans[indicator.join]
        scope = unit_scope(plan, indicator.unit)
        if scope is None:
            message = f"the unit {indicator.unit} is not household, person, village or a repeat"
            findings.append(_finding(sheet, indicator, "unit", message))
            continue
        formula = compile_formula(indicator, plan, scope)
        findings += _expressions(sheet, indicator, formula)
        findings += _questions(sheet, indicator, formula, plan)
        for breakdown in indicator.by:
            findings += _breakdown(sheet, indicator, breakdown, plan, scope)
    for item in sheet.missing:
        findings += _missing(sheet, item, plans)
    for plan in plans.values():
        findings += _conditions(plan)
        findings += _labels(sheet, plan)
    return list(dict.fromkeys(findings))


def _plan(definition: FormDefinition) -> Plan:
    return Plan(definition, frozenset(gate_of(definition)))


def _join(
    sheet: IndicatorSheet, indicator: Indicator, definition: FormDefinition, partners: Partners
) -> list[Finding]:
    """Why the form that an indicator joins cannot be looked at."""
    place = sheet.place(INDICATORS, indicator.code, "join")
    details = {"form": indicator.join, "code": indicator.code}
    partner = partners.definitions.get(indicator.join)
    if partner is not None:
        why = cannot_join(definition, partner)
        return [replace(why, place=place)] if why else []
    if partners.are_all:
        return [
            Finding(
                "There is no published form %(form)s to join. Publish it first.",
                place,
                details=details,
            )
        ]
    return [
        Finding(
            "%(code)s is not checked: the form %(form)s, which it joins, is not here."
            " Check both workbooks together.",
            place,
            severity="warning",
            details=details,
        )
    ]


def faults_of(indicator: Indicator, definition: FormDefinition) -> list[str]:
    """What another version of the questionnaire would break of an indicator, by column."""
    plan = _plan(definition)
    scope = unit_scope(plan, indicator.unit)
    if scope is None:
        return [f"unit: there is no repeat {indicator.unit}"]
    faults = [
        *compile_formula(indicator, plan, scope).faults,
        *(
            (f"breakdown {item.name}", fault)
            for item in indicator.by
            for fault in compile_breakdown(indicator, item, plan, scope).faults
        ),
    ]
    return list(dict.fromkeys(f"{column}: {fault.message}" for column, fault in faults))


def _expressions(
    sheet: IndicatorSheet, indicator: Indicator, formula: Formula
) -> Iterator[Finding]:
    for column, fault in formula.faults:
        yield _finding(sheet, indicator, column, _located(fault, getattr(indicator, column)))


def _questions(
    sheet: IndicatorSheet, indicator: Indicator, formula: Formula, plan: Plan
) -> Iterator[Finding]:
    skipped = []
    for item, below in formula.used.values():
        if item.calculation and not item.repeat and _TOTAL.search(item.calculation):
            message = f"${{{item.name}}} is a total made on the phone: write the sum() or count()"
            yield _finding(sheet, indicator, "numerator", message)
        if plan.sources(item):
            skipped.append(item.name)
            if below and indicator.irrelevant == "out":
                message = f"out cannot be said of {item.name}, a question of members: 0 or missing"
                yield _finding(sheet, indicator, "irrelevant", message)
    if skipped and not indicator.irrelevant:
        names = ", ".join(skipped)
        message = f"say what it means when {names} was not asked: 0, missing or out"
        yield _finding(sheet, indicator, "irrelevant", message)


def _breakdown(
    sheet: IndicatorSheet, indicator: Indicator, breakdown: Breakdown, plan: Plan, scope: Scope
) -> Iterator[Finding]:
    for fault in compile_breakdown(indicator, breakdown, plan, scope).faults:
        text = f"{_located(fault, breakdown.expression)}, in rows of {indicator.unit}"
        yield Finding(sentence(text), sheet.place(BREAKDOWNS, breakdown.name, "expression"))


def _missing(
    sheet: IndicatorSheet, item: MissingCode, plans: Mapping[str, Plan]
) -> Iterator[Finding]:
    def finding(column: str, message: str) -> Finding:
        return Finding(sentence(message), sheet.place(MISSING, item.key, column))

    form = (item.question or item.list).rpartition(MARK)[0]
    if form not in plans:
        if not any(indicator.join == form for indicator in sheet.indicators):
            column = "question" if item.question else "list"
            yield finding(column, f"no indicator joins the form {form}")
        return
    definition = plans[form].definition
    question = definition.field(item.question) if item.question else None
    choices = definition.choices.get(question.list or "" if question else item.list)
    if item.question and question is None:
        yield finding("question", f"there is no question {item.question}")
    elif item.list and choices is None and not _is_file(definition, item.list):
        yield finding("list", f"there is no choice list {item.list}")
    elif choices and item.code not in choices:
        yield finding("code", f"{item.code} is not in the list: {', '.join(choices)}")


def _is_file(definition: FormDefinition, name: str) -> bool:
    return any(item.list == name for item in definition.fields)


def _conditions(plan: Plan) -> Iterator[Finding]:
    for path, why in settle(plan).items():
        message = f"blank answers of {path} count as not asked: its condition is not understood"
        yield Finding(sentence(f"{message} ({why})"), Place(INDICATORS), "warning")


def _labels(sheet: IndicatorSheet, plan: Plan) -> Iterator[Finding]:
    """Warnings about answers that sound missing but are not declared."""
    codes = codes_by_question(sheet.missing)
    for name, item in {item.list: item for item in plan.read if item.list}.items():
        found = undeclared(plan.definition, name, codes(item))
        if found:
            message = f"{', '.join(found)} of the list {name} sounds like no answer; "
            message += "if so, say it in the sheet missing"
            yield Finding(sentence(message), Place(INDICATORS), "warning")


def _finding(sheet: IndicatorSheet, indicator: Indicator, column: str, message: str) -> Finding:
    return Finding(sentence(message), sheet.place(INDICATORS, indicator.code, column))


def _located(fault: ExpressionError, text: str) -> str:
    around = " ".join(text[fault.at : fault.at + 20].split())
    place = f"at character {fault.at + 1}"
    return f"{fault.message}, {place}" + (f" ({around})" if around else "")
