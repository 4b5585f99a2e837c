"""What machines get of communes' cards, and what they write into them."""

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from app.api.parameters import OnePlaceQuery, number, text
from app.api.schemas import UnitSchema
from app.api.score_schemas import ScoreLineSchema
from app.scorecards.card import STATES, STEPS
from app.scorecards.workflow import LONGEST as LONGEST_REASON
from app.scorecards.writing import LONGEST

EXTEND = "extend"


def _about(description: str) -> dict[str, Any]:
    return {"allow_none": True, "metadata": {"description": description}}


class OfRound(Schema):
    """Which round's cards are meant."""

    project = number(description="Id of the project; the account's first one without.")
    round = text(description="Code of a round; the present one without.")


class OneCard(OnePlaceQuery, OfRound):
    """Whose card is meant."""


class HistoryQuery(OneCard):
    """Which acts are asked for."""

    criterion = text(40, "Only those on one criterion.")
    next = text(200, "The text under “next” of the answer before.")


class WrittenBody(Schema):
    """What the commune says of a criterion, all of it: what is left out is blank afterwards."""

    reported = fields.String(
        load_default="",
        validate=Length(0, 40),
        metadata={"description": "45/60, 75 %, 4, yes, no, head, deputy, other; no indicator."},
    )
    own = fields.Decimal(
        load_default=None, **_about("Own points; null agrees with the computed ones.")
    )
    explanation = fields.String(load_default="", validate=Length(0, LONGEST))


class GrantedBody(Schema):
    """What the province grants for a criterion, and why."""

    points = fields.Decimal(load_default=None, **_about("Null agrees with the commune's."))
    remark = fields.String(load_default="", validate=Length(0, LONGEST))


class StepBody(Schema):
    """A step of the card."""

    step = fields.String(required=True, validate=OneOf((*STEPS, EXTEND)))
    reason = fields.String(
        load_default="",
        validate=Length(0, LONGEST_REASON),
        metadata={"description": "Needed to return a card and to give more time."},
    )
    due_on = fields.Date(load_default=None, **_about("The new last day."))


class EvidenceSchema(Schema):
    """A file that proves what the commune says."""

    id = fields.Integer()
    criterion = fields.String()
    name = fields.String()
    size = fields.Integer(attribute="blob.size", metadata={"description": "Bytes."})
    sha256 = fields.Function(lambda file: file.blob_sha256.hex(), metadata={"type": "string"})
    added_at = fields.AwareDateTime()


class CardLineSchema(ScoreLineSchema):
    """One criterion of a card: computed, said by the commune, granted by the province."""

    reported = fields.String()
    own = fields.Float(**_about("Null: the commune agrees with the computed points."))
    explanation = fields.String()
    granted = fields.Float(**_about("Null: the province agrees, or has not looked yet."))
    remark = fields.String()
    files = fields.List(fields.Nested(EvidenceSchema))
    lacks = fields.List(
        fields.String(), metadata={"description": "What the commune has still to do about it."}
    )


class CardHead(Schema):
    """How far a commune's card is."""

    unit = fields.Nested(UnitSchema)
    state = fields.String(validate=OneOf(STATES))
    due_on = fields.Date(allow_none=True)


class CardPage(Schema):
    """The cards of a round; there is one page."""

    items = fields.List(fields.Nested(CardHead))
    next = fields.String(allow_none=True)


class CardSchema(CardHead):
    """A commune's card. A column never replaces another one."""

    scorecard = fields.String()
    version = fields.Integer()
    round = fields.String()
    steps = fields.List(
        fields.String(), metadata={"description": "What the caller may do with it next."}
    )
    of = fields.Float(metadata={"description": "Points of the criteria that have any."})
    computed = fields.Float(**_about("Null while no criterion has points."))
    claimed = fields.Float(metadata={"description": "Own points, else the computed ones."})
    granted = fields.Float(**_about("Null until the card is appraised."))
    criteria = fields.List(fields.Nested(CardLineSchema))


class ActSchema(Schema):
    """One act on a card: what was, and what is since."""

    at = fields.AwareDateTime()
    who = fields.String()
    action = fields.String()
    criterion = fields.String(allow_none=True)
    before = fields.Dict()
    after = fields.Dict()


class ActPage(Schema):
    """Acts, newest first."""

    items = fields.List(fields.Nested(ActSchema))
    next = fields.String(allow_none=True)
