"""What is behind one figure, for machines."""

from dataclasses import fields as parts_of
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.cursors import read_start, write_cursor
from app.api.indicators import find_round
from app.api.parameters import OnePlaceQuery, choose_project, choose_unit, limit, number, text
from app.api.schemas import FigureSchema
from app.i18n import in_language
from app.i18n.texts import LANGUAGES
from app.indicators.behind import REASONS, SORTS, Interview
from app.indicators.explain import Explanation, explain, interviews_of
from app.indicators.factors import Weight
from app.indicators.release_queries import get_release
from app.indicators.wording import Wording, word


def _in_both_languages(weight: Weight) -> dict[str, str]:
    said = {}
    for language in LANGUAGES:
        with in_language(language):
            said[language] = weight.words
    return said


class ExplainQuery(OnePlaceQuery):
    """Which figure, and which of the interviews behind it."""

    round = text(description="Code of a round; the present one without.")
    indicator = fields.String(required=True, metadata={"description": "Code of the indicator."})
    by = text(description="Name of a breakdown; the undivided figure without.")
    value = fields.String(load_default="", metadata={"description": "Group of the breakdown."})
    project = number(description="Number of a project; the caller's first one without.")
    release = number(description="Number of a release; what is so now, or the newest, without.")
    level = fields.String(
        validate=OneOf(("commune", "village")),
        metadata={"description": "Of which places the parts are; of those right below without."},
    )
    reason = fields.String(
        validate=OneOf(list(REASONS)), metadata={"description": "Only interviews with this reason."}
    )
    sort = fields.String(load_default="place", validate=OneOf(list(SORTS)))
    limit = limit(100, 1000)
    next = text(2000, "The text under “next” of the answer before.")


class WeightSchema(Schema):
    """How many an interview stands for: 1 / probability × correction × adults × calibration."""

    total = fields.Float(
        allow_none=True,
        metadata={"description": "Null where members of one household have different weights."},
    )
    probability = fields.Float(
        attribute="factor.probability",
        allow_none=True,
        metadata={"description": "That its household was drawn; null in a census."},
    )
    village_probability = fields.Float(
        attribute="factor.village_probability",
        allow_none=True,
        metadata={"description": "That its village was drawn, a part of the above; else null."},
    )
    correction = fields.Float(metadata={"description": "Those who should be there / counted."})
    there = fields.Float(attribute="factor.there")
    counted = fields.Integer(attribute="factor.counted")
    calibration = fields.Float(
        attribute="fitted.g",
        dump_default=None,
        metadata={"description": "By what it is fitted to known totals; else null."},
    )
    words = fields.Function(
        _in_both_languages, metadata={"type": "object", "description": "By language (vi, en)."}
    )


class BehindSchema(Schema):
    """An interview behind a figure, or left out of it."""

    submission = fields.Integer(attribute="submission_id")
    partner = fields.Integer(
        attribute="partner_id",
        allow_none=True,
        metadata={"description": "The interview of the other form, where the indicator joins one."},
    )
    village = fields.Integer(attribute="village_id")
    household = fields.String(allow_none=True)
    person_no = fields.Integer(allow_none=True)
    period = fields.String(
        allow_none=True, metadata={"description": "The quarter that a village reports on."}
    )
    interviewed_on = fields.Date()
    reason = fields.String(metadata={"enum": list(REASONS)})
    instead = fields.Integer(
        attribute="instead_id",
        allow_none=True,
        metadata={"description": "The interview that counts for the same one, if it is here."},
    )
    replaces = fields.String(
        allow_none=True, metadata={"description": "The drawn household that it stands in for."}
    )
    weight = fields.Integer(
        attribute="adults",
        allow_none=True,
        metadata={"description": "Adults whom the one stands for; else 1."},
    )
    total_weight = fields.Nested(
        WeightSchema,
        attribute="weight",
        allow_none=True,
        metadata={"description": "Of an interview that counts: how many it stands for, and why."},
    )
    adds = fields.List(
        fields.Float(),
        allow_none=True,
        metadata={"description": "What it adds to numerator and denominator of the figure."},
    )
    n = fields.Integer(allow_none=True, metadata={"description": "Rows with an answer."})
    y = fields.Float(allow_none=True, metadata={"description": "Numerator, without weight."})
    x = fields.Float(allow_none=True, metadata={"description": "Denominator, without weight."})
    dont_know = fields.Integer(allow_none=True)
    refused = fields.Integer(allow_none=True)
    blank = fields.Integer(allow_none=True)
    irrelevant = fields.Integer(allow_none=True)
    answers = fields.Dict(metadata={"description": "By question, a list; no personal ones."})


class ExplanationSchema(Schema):
    """A figure and what stands behind it, as far as the caller's rights go."""

    figure = fields.Nested(FigureSchema)
    definition = fields.Dict(metadata={"description": "As published: expressions and versions."})
    words = fields.Dict(metadata={"description": "The same in words, by language (vi, en)."})
    missing = fields.Dict(metadata={"description": "Rows without an answer, by reason."})
    parts = fields.List(fields.Nested(FigureSchema))
    reasons = fields.Dict(
        allow_none=True,
        metadata={"description": "Interviews by reason; null without the right to read them."},
    )
    form_versions = fields.Dict(allow_none=True)
    interviews = fields.List(fields.Nested(BehindSchema))
    next = fields.String(allow_none=True)


@resource("/indicators/explain", query=ExplainQuery, answer=ExplanationSchema)
@requires("indicator.read")
def explain_figure(asked: dict[str, Any]) -> Response:
    """What is behind one figure of a place

    Interviews are listed for communes and villages, to callers who may read them there.
    """
    actor = caller()
    project_id = choose_project(actor, "indicator.read", asked.get("project"))
    unit = choose_unit(actor, "indicator.read", asked.get("unit"), asked.get("code"), None)
    round_ = find_round(project_id, asked.get("round"))
    explanation = explain(
        actor,
        round_=round_,
        unit=unit,
        indicator=asked["indicator"].replace("\0", ""),
        by=asked.get("by", ""),
        value=asked["value"],
        release=get_release(round_.id, asked["release"]) if "release" in asked else None,
        level=asked.get("level"),
    )
    start = read_start(asked.get("next"))
    found = interviews_of(
        explanation,
        asked.get("reason"),
        sort=asked["sort"],
        start=start,
        limit=asked["limit"] + 1,
    )
    items, more = found[: asked["limit"]], len(found) > asked["limit"]
    following = write_cursor([start + asked["limit"]]) if more else None
    return jsonify(ExplanationSchema().dump(_answer(explanation, items) | {"next": following}))


def _answer(explanation: Explanation, items: list[Any]) -> dict[str, Any]:
    tally, indicator = explanation.tally, explanation.indicator
    shown = (
        *("code", "version", "unit", "join"),
        *("eligible", "numerator", "denominator", "irrelevant"),
    )
    return {
        "figure": explanation.figure,
        "definition": {name: getattr(indicator, name) for name in shown}
        | {
            "parts": dict(indicator.parts),
            "form": explanation.definition.xml_form_id,
            "form_version": explanation.definition.version,
        },
        "words": {language: _worded(explanation, language) for language in LANGUAGES},
        "missing": explanation.figure.missing,
        "parts": explanation.parts,
        "reasons": tally and tally.reasons,
        "form_versions": tally and tally.versions,
        "interviews": [_interview(one, answers) for one, answers in items],
    }


def _interview(one: Interview, answers: dict[str, list[Any]]) -> dict[str, Any]:
    said = {field.name: getattr(one, field.name) for field in parts_of(one)}
    return {**said, "adds": one.adds, "period": one.period, "answers": answers}


def _worded(explanation: Explanation, language: str) -> dict[str, Any]:
    with in_language(language):
        said: Wording = word(explanation.indicator, explanation.definition)
    return {
        "eligible": said.eligible,
        "numerator": said.numerator,
        "denominator": said.denominator,
        "parts": dict(said.parts),
    }
