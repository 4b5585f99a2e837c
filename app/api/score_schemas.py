"""What machines get of scorecards, field by field."""

from typing import Any

from marshmallow import Schema, fields

from app.api.schemas import UnitSchema


def _about(description: str) -> dict[str, Any]:
    return {"allow_none": True, "metadata": {"description": description}}


class ScorecardHead(Schema):
    """A scorecard in force."""

    code = fields.String()
    version = fields.Integer()
    year = fields.Integer()
    labels = fields.Dict()
    points = fields.Float()
    legal_basis = fields.String(allow_none=True)
    due_on = fields.Date(**_about("The last day of self-scoring."))


class ScorecardSchema(ScorecardHead):
    """A scorecard with its criteria, whose numbers are texts: exact fractions."""

    criteria = fields.List(fields.Dict())


class ScorecardPage(Schema):
    """Scorecards; there is one page."""

    items = fields.List(fields.Nested(ScorecardHead))
    next = fields.String(allow_none=True)


class ScoreLineSchema(Schema):
    """One criterion of a score."""

    criterion = fields.String()
    indicator = fields.String(**_about("Null: the commune reports it."))
    value = fields.Float(allow_none=True)
    points = fields.Float(**_about("As printed: two decimals, halves upwards; null: see missing."))
    unrounded = fields.Float(allow_none=True)
    of = fields.Float()
    se = fields.Float(**_about("Standard error of the points; null: not known."))
    missing = fields.String(**_about("Why there are no points; else null."))


class ScoreSumSchema(Schema):
    """The sum of a score."""

    unit = fields.Nested(UnitSchema)
    points = fields.Float(**_about("As printed; null while no criterion has any."))
    unrounded = fields.Float(allow_none=True)
    of = fields.Float(metadata={"description": "Points of the criteria that have any."})
    se = fields.Float(**_about("Standard error: an upper bound, or the joint one."))
    ci_low = fields.Float(allow_none=True)
    ci_high = fields.Float(allow_none=True)


class ScoreSchema(ScoreSumSchema):
    """A place's score."""

    scorecard = fields.String()
    version = fields.Integer()
    round = fields.String()
    criteria = fields.List(fields.Nested(ScoreLineSchema))


class ScorePage(Schema):
    """Scores of places in their order; there is one page."""

    items = fields.List(fields.Nested(ScoreSchema))
    next = fields.String(allow_none=True)


class RankSchema(ScoreSumSchema):
    """A place in the order."""

    rank = fields.Integer(**_about("Null: it lacks points that others have."))
    best = fields.Integer(**_about("The best rank that it may have as well."))
    worst = fields.Integer(allow_none=True)
    ranked = fields.Integer(metadata={"description": "How many are ranked."})
    lacks = fields.List(fields.String())


class RankPage(Schema):
    """Ranks, best first; there is one page."""

    items = fields.List(fields.Nested(RankSchema))
    basis = fields.List(fields.String())
    left_out = fields.List(fields.String())
    next = fields.String(allow_none=True)


class PointsDifferenceSchema(Schema):
    """A difference of points."""

    criterion = fields.String()
    points = fields.Float()
    se = fields.Float(allow_none=True)
    ci = fields.List(fields.Float(), **_about("95 % interval."))


class ScoreDifferenceSchema(Schema):
    """A difference of scores, in all and by criterion."""

    points = fields.Float()
    se = fields.Float(allow_none=True)
    ci = fields.List(fields.Float(), **_about("95 % interval."))
    criteria = fields.List(fields.Nested(PointsDifferenceSchema))
