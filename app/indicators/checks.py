"""Checks indicators against the questionnaire whose answers they count."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.errors import Phrase, phrase
from app.indicators.definitions import Breakdown, Indicator, MissingCode
from app.indicators.evaluate import gate_of
from app.indicators.formula import Formula, compile_breakdown, compile_formula, unit_scope
from app.indicators.groups import group_findings
from app.indicators.missing import codes_by_question, undeclared
from app.indicators.partners import ALONE, Partners, cannot_join
from app.indicators.sheet import BREAKDOWNS, INDICATORS, MISSING, IndicatorSheet
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
            findings.append(
                Finding(
                    "The unit %(unit)s is not household, person, village or a repeat.",
                    sheet.place(INDICATORS, indicator.code, "unit"),
                    details={"unit": indicator.unit},
                )
            )
            continue
        formula = compile_formula(indicator, plan, scope)
        findings += _expressions(sheet, indicator, formula)
        findings += _questions(sheet, indicator, formula, plan)
        for breakdown in indicator.by:
            findings += _breakdown(sheet, indicator, breakdown, plan, scope)
    findings += _unused(sheet, definition)
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
        return [Finding("%(why)s.", place, details={"why": why.beginning})] if why else []
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


def faults_of(indicator: Indicator, definition: FormDefinition) -> list[Phrase]:
    """What another version of the questionnaire would break of an indicator, by column."""
    plan = _plan(definition)
    scope = unit_scope(plan, indicator.unit)
    if scope is None:
        return [phrase("unit: there is no repeat %(unit)s", unit=indicator.unit)]
    faults: list[tuple[str | Phrase, ExpressionError]] = [
        *compile_formula(indicator, plan, scope).faults,
        *(
            (phrase("breakdown %(name)s", name=item.name), fault)
            for item in indicator.by
            for fault in compile_breakdown(indicator, item, plan, scope).faults
        ),
    ]
    return list(
        dict.fromkeys(
            phrase("%(column)s: %(why)s", column=column, why=fault.why) for column, fault in faults
        )
    )


def _expressions(
    sheet: IndicatorSheet, indicator: Indicator, formula: Formula
) -> Iterator[Finding]:
    # Of a composite that cannot be put together the reason is said already.
    said = {finding.place for finding in sheet.findings}
    for column, fault in formula.faults:
        place = sheet.place(INDICATORS, indicator.code, column)
        if place not in said:
            yield _located(fault, _where(fault, getattr(indicator, column)), place)


def _questions(
    sheet: IndicatorSheet, indicator: Indicator, formula: Formula, plan: Plan
) -> Iterator[Finding]:
    skipped = []
    irrelevant = sheet.place(INDICATORS, indicator.code, "irrelevant")
    for item, below in formula.used.values():
        if item.calculation and not item.repeat and _TOTAL.search(item.calculation):
            yield Finding(
                "${%(name)s} is a total made on the phone: write the sum() or count().",
                sheet.place(INDICATORS, indicator.code, "numerator"),
                details={"name": item.name},
            )
        if plan.sources(item):
            skipped.append(item.name)
            if below and indicator.irrelevant == "out":
                yield Finding(
                    "Out cannot be said of %(name)s, a question of members: 0 or missing.",
                    irrelevant,
                    details={"name": item.name},
                )
    if skipped and not indicator.irrelevant:
        yield Finding(
            "Say what it means when %(names)s was not asked: 0, missing or out.",
            irrelevant,
            details={"names": ", ".join(skipped)},
        )


def _breakdown(
    sheet: IndicatorSheet, indicator: Indicator, breakdown: Breakdown, plan: Plan, scope: Scope
) -> Iterator[Finding]:
    place = sheet.place(BREAKDOWNS, breakdown.name, "expression")
    faults = compile_breakdown(indicator, breakdown, plan, scope).faults
    for fault in faults:
        where = phrase(
            "%(where)s, in rows of %(unit)s",
            where=_where(fault, breakdown.expression),
            unit=indicator.unit,
        )
        yield _located(fault, where, place)
    for finding in () if faults else group_findings(breakdown.expression, plan, scope):
        yield replace(finding, place=place)


def _unused(sheet: IndicatorSheet, definition: FormDefinition) -> Iterator[Finding]:
    """Faults of breakdowns that no indicator names: such as there are in rows of any kind."""
    used = {item.name for indicator in sheet.indicators for item in indicator.by}
    units = ["household", *(item.name for item in definition.fields if item.type == "repeat")]
    for name, breakdown in sheet.breakdowns.items():
        if name in used or MARK in breakdown.expression:
            continue
        plan = _plan(definition)
        found = [
            [*_breakdown(sheet, Indicator("", "1", unit, "1"), breakdown, plan, scope)]
            for unit in units
            if (scope := unit_scope(plan, unit))
        ]
        yield from min(found, key=len)


def _missing(
    sheet: IndicatorSheet, item: MissingCode, plans: Mapping[str, Plan]
) -> Iterator[Finding]:
    def place(column: str) -> Place:
        return sheet.place(MISSING, item.key, column)

    form = (item.question or item.list).rpartition(MARK)[0]
    if form not in plans:
        if not any(indicator.join == form for indicator in sheet.indicators):
            where = place("question" if item.question else "list")
            yield Finding("No indicator joins the form %(form)s.", where, details={"form": form})
        return
    definition = plans[form].definition
    question = definition.field(item.question) if item.question else None
    choices = definition.choices.get(question.list or "" if question else item.list)
    if item.question and question is None:
        yield Finding(
            "There is no question %(name)s.", place("question"), details={"name": item.question}
        )
    elif item.list and choices is None and not _is_file(definition, item.list):
        yield Finding(
            "There is no choice list %(list)s.", place("list"), details={"list": item.list}
        )
    elif choices and item.code not in choices:
        yield Finding(
            "%(code)s is not in the list: %(known)s.",
            place("code"),
            details={"code": item.code, "known": ", ".join(choices)},
        )


def _is_file(definition: FormDefinition, name: str) -> bool:
    return any(item.list == name for item in definition.fields)


def _conditions(plan: Plan) -> Iterator[Finding]:
    for path, why in settle(plan).items():
        yield Finding(
            "Blank answers of %(path)s count as not asked: its condition is not understood"
            " (%(why)s).",
            Place(INDICATORS),
            "warning",
            {"path": path, "why": why},
        )


def _labels(sheet: IndicatorSheet, plan: Plan) -> Iterator[Finding]:
    """Warnings about answers that sound missing but are not declared."""
    codes = codes_by_question(sheet.missing)
    for name, item in {item.list: item for item in plan.read if item.list}.items():
        found = undeclared(plan.definition, name, codes(item))
        if found:
            yield Finding(
                "%(codes)s of the list %(list)s sounds like no answer;"
                " if so, say it in the sheet missing.",
                Place(INDICATORS),
                "warning",
                {"codes": ", ".join(found), "list": name},
            )


def _located(fault: ExpressionError, where: Phrase, place: Place) -> Finding:
    """The fault with its place in the expression, which follows a question as a new sentence."""
    if str(fault.why).endswith("?"):
        details = {"why": fault.why.beginning, "where": where.beginning}
        return Finding("%(why)s %(where)s.", place, details=details)
    details = {"why": fault.why.beginning, "where": where}
    return Finding("%(why)s, %(where)s.", place, details=details)


def _where(fault: ExpressionError, text: str) -> Phrase:
    around = " ".join(text[fault.at : fault.at + 20].split())
    if not around:
        return phrase("at character %(place)s", place=fault.at + 1)
    return phrase("at character %(place)s (%(text)s)", place=fault.at + 1, text=around)
