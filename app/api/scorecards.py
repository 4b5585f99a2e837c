"""`/api/v1/scorecards`: definitions, scores of places, ranks with their intervals, differences."""

from collections.abc import Iterable
from typing import Any

import orjson
from flask import Response
from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import OneOf

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.parameters import OnePlaceQuery, choose_project, choose_unit, number, text
from app.api.score_schemas import (
    RankPage,
    ScorecardPage,
    ScorecardSchema,
    ScoreDifferenceSchema,
    ScorePage,
)
from app.errors import BadRequest, NotFound
from app.org_units.models import OrgUnit
from app.rounds.models import Round
from app.rounds.queries import current_round, get_round
from app.scorecards.catalog import definition_of, get_scorecard, list_scorecards
from app.scorecards.compute import find_ranking, find_scores
from app.scorecards.definitions import Definition
from app.scorecards.granted import find_granted_ranking
from app.scorecards.joint import compare_scores
from app.scorecards.models import Scorecard
from app.scorecards.scores import Score
from app.scorecards.table import SCORE_COLUMNS, as_csv, line_row, rank_rows, ranking_csv, score_row

CAPABILITY = "indicator.read"
CSV, JSON = "text/csv", "application/json"


class OfProject(Schema):
    """Whose scorecards are asked for."""

    project = number(description="Id of the project; the account's first one without.")


class OfRound(OfProject):
    """Which round is asked about."""

    round = text(description="Code of a round; the present one without.")
    format = fields.String(load_default="json", validate=OneOf(("json", "csv")))


class OfPlaces(OnePlaceQuery, OfRound):
    """Whose scores are asked for."""

    level = fields.String(
        load_default="commune", validate=OneOf(("province", "commune", "village"))
    )
    error = fields.String(
        load_default="added",
        validate=OneOf(("added", "joint")),
        metadata={
            "description": "“joint”: of one place, the error of its sum as its interviews tell it;"
            " “added”: an upper bound, the errors of all criteria added up."
        },
    )


class ForRanks(OfRound):
    """Which points the order is by."""

    by = fields.String(
        load_default="computed",
        validate=OneOf(("computed", "granted")),
        metadata={"description": "“granted”: by appraised cards; for keys with submission.read."},
    )


class OfTwo(OnePlaceQuery, OfProject):
    """Which two scores are compared: of two places, of two rounds, or both."""

    with_unit = number(description="Id of the other place; the same one without.")
    round = text(description="Code of a round; the present one without.")
    with_round = text(description="Code of the other round; the same one without.")

    @validates_schema
    def names_another(self, data: dict[str, Any], **_: Any) -> None:
        """A score is held against another one."""
        if not {"with_unit", "with_round"} & data.keys():
            raise ValidationError("Say “with_unit”, “with_round” or both.", "with_unit")


@resource("/scorecards", query=OfProject, answer=ScorecardPage)
@requires(CAPABILITY)
def find_scorecards(asked: dict[str, Any]) -> dict[str, Any]:
    """Scorecards in force, by code"""
    project_id = choose_project(caller(), CAPABILITY, asked.get("project"))
    found = [definition_of(one) for one in list_scorecards(project_id)]
    return {"items": [_said(one) for one in found], "next": None}


@resource("/scorecards/<scorecard>", query=OfProject, answer=ScorecardSchema)
@requires(CAPABILITY)
def read_scorecard(asked: dict[str, Any], scorecard: str) -> dict[str, Any]:
    """A scorecard with its criteria"""
    project_id = choose_project(caller(), CAPABILITY, asked.get("project"))
    said = definition_of(_scorecard(project_id, scorecard))
    return {**_said(said), "criteria": [one.to_json() for one in said.criteria]}


@resource("/scorecards/<scorecard>/scores", query=OfPlaces, answer=ScorePage)
@requires(CAPABILITY)
def list_scores(asked: dict[str, Any], scorecard: str) -> Any:
    """Computed scores of the places of a level, criterion by criterion

    What has no figure has no points, and says why; it is never 0.
    """
    found, round_ = _asked(asked, scorecard)
    actor = caller()
    unit = choose_unit(actor, CAPABILITY, asked.get("unit"), asked.get("code"), None)
    joint = asked["error"] == "joint"
    if joint and asked["level"] != unit.level:
        raise BadRequest("The joint error is worked out for one place at a time: name it.")
    scores = find_scores(actor, found, round_, unit.id, asked["level"], joint=joint)
    if asked["format"] == "csv":
        return Response(as_csv(SCORE_COLUMNS, _rows(found, round_, scores)), mimetype=CSV)
    head = {"scorecard": found.code, "version": found.version, "round": round_.code}
    items = [
        {
            "unit": place._asdict(),
            **score_row(score),
            **head,
            "criteria": [line_row(line) for line in score.lines],
        }
        for place, score in scores
    ]
    # As the schema would write it, at a fraction of the time.
    return Response(orjson.dumps({"items": items, "next": None}), mimetype=JSON)


@resource("/scorecards/<scorecard>/ranking", query=ForRanks, answer=RankPage)
@requires(CAPABILITY)
def list_ranks(asked: dict[str, Any], scorecard: str) -> Any:
    """Communes by their points, best first, each with the interval of its rank

    Who lacks points that others have stands at the end, without a rank.
    """
    found, round_ = _asked(asked, scorecard)
    find = find_granted_ranking if asked["by"] == "granted" else find_ranking
    units, ranking = find(caller(), found, round_)
    if asked["format"] == "csv":
        names = {unit.id: (unit.code, unit.name) for unit in units.values()}
        rows = ranking_csv(names, ranking, scorecard=found.code, round=round_.code)
        return Response(rows, mimetype=CSV)
    items = [{**row, "unit": units[row["unit_id"]]} for row in rank_rows(ranking)]
    return {
        "items": items,
        "basis": [one.code for one in ranking.basis],
        "left_out": [one.code for one in ranking.left_out],
        "next": None,
    }


@resource("/scorecards/<scorecard>/difference", query=OfTwo, answer=ScoreDifferenceSchema)
@requires(CAPABILITY)
def read_difference(asked: dict[str, Any], scorecard: str) -> dict[str, Any]:
    """One score less another, with its own standard error

    Compared are the criteria that have points in both.
    """
    found, round_ = _asked(asked, scorecard)
    other = get_round(round_.project_id, asked["with_round"]) if "with_round" in asked else round_
    unit = choose_unit(caller(), CAPABILITY, asked.get("unit"), asked.get("code"), None)
    with_unit = unit
    if "with_unit" in asked:
        with_unit = choose_unit(caller(), CAPABILITY, asked["with_unit"], None, None)
    mine, theirs = _one(found, round_, unit), _one(found, other, with_unit)
    compared = compare_scores(mine, theirs, (round_, other))
    return {
        **_apart(compared.total),
        "criteria": [
            {"criterion": line.criterion.code, **_apart(apart)} for line, _, apart in compared.lines
        ],
    }


def _scorecard(project_id: int, code: str) -> Scorecard:
    if "\0" in code:
        raise NotFound
    return get_scorecard(project_id, code)


def _asked(asked: dict[str, Any], code: str) -> tuple[Scorecard, Round]:
    project_id = choose_project(caller(), CAPABILITY, asked.get("project"))
    wanted = asked.get("round")
    round_ = get_round(project_id, wanted) if wanted else current_round(project_id)
    if round_ is None:
        raise NotFound("No round has been opened yet.")
    return _scorecard(project_id, code), round_


def _one(scorecard: Scorecard, round_: Round, unit: OrgUnit) -> Score:
    scores = find_scores(caller(), scorecard, round_, unit.id, unit.level)
    if not scores:
        raise NotFound
    return scores[0][1]


def _said(said: Definition) -> dict[str, Any]:
    return {
        "code": said.code,
        "version": said.version,
        "year": said.year,
        "labels": said.labels,
        "points": float(said.points),
        "legal_basis": said.legal_basis or None,
        "due_on": said.due_on,
    }


def _apart(apart: Any) -> dict[str, Any]:
    return {"points": float(apart.points), "se": apart.error, "ci": apart.ci}


def _rows(scorecard: Scorecard, round_: Round, scores: Iterable[Any]) -> Iterable[dict[str, Any]]:
    for place, score in scores:
        for line in score.lines:
            yield {
                "unit_id": place.id,
                "unit_code": place.code,
                "unit_name": place.name,
                "scorecard": scorecard.code,
                "version": scorecard.version,
                "round": round_.code,
                **line_row(line),
            }
