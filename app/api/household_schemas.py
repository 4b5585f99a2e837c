"""What machines ask and are told of the household registry; nothing personal is in it."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from app.api.parameters import PlaceQuery, limit, number, text
from app.api.schemas import UnitSchema

ACTS = ("move", "merge", "split")


class HouseholdQuery(PlaceQuery):
    """Which households are asked for; each parameter narrows the answer."""

    project = number(description="Number of a project; the caller's first one without.")
    household = text(description="The code of a household, or its beginning.")
    limit = limit(100, 1000)
    next = text(200, "The text under “next” of the answer before.")


class HouseholdPairQuery(PlaceQuery):
    """Where likely doubles are looked for."""

    project = number(description="Number of a project; the caller's first one without.")


class HouseholdChangeBody(Schema):
    """A change by hand."""

    act = fields.String(required=True, validate=OneOf(ACTS))
    village = text(description="To move: id of the new village, such as T-7F3K2.")
    number = number(description="To move: its number there; the next free one without.")
    into = text(description="To merge: code of the household that stays.")
    preview = fields.Boolean(load_default=False, metadata={"description": "Nothing is kept."})


class HouseholdPairBody(Schema):
    """Two households that are two, though they look like one."""

    project = number(description="Number of a project; the caller's first one without.")
    one = text()
    other = text()


class HouseholdSchema(Schema):
    """A household as it is."""

    uuid = fields.String()
    code = fields.String()
    village = fields.Nested(UnitSchema)
    number = fields.Integer(allow_none=True)
    size = fields.Integer(allow_none=True)
    n15 = fields.Integer(allow_none=True)
    n18 = fields.Integer(allow_none=True)
    poor = fields.String(allow_none=True)
    listed_by = fields.Integer(allow_none=True, metadata={"description": "Its listing interview."})
    since = fields.Date()
    updated_at = fields.AwareDateTime()


class HouseholdPage(Schema):
    """A page of the registry."""

    items = fields.List(fields.Nested(HouseholdSchema))
    next = fields.String(allow_none=True)


class HouseholdVersionSchema(Schema):
    """What a household was or is."""

    village = fields.Integer(metadata={"description": "Id of its village."})
    number = fields.Integer(allow_none=True)
    size = fields.Integer(allow_none=True)
    n15 = fields.Integer(allow_none=True)
    n18 = fields.Integer(allow_none=True)
    poor = fields.String(allow_none=True)


class HouseholdChangeSchema(Schema):
    """A change with the household before and after it; null where it was not in the registry."""

    id = fields.Integer(allow_none=True, metadata={"description": "Null in a preview."})
    kind = fields.String()
    code = fields.String()
    other = fields.String(allow_none=True)
    before = fields.Nested(HouseholdVersionSchema, allow_none=True)
    after = fields.Nested(HouseholdVersionSchema, allow_none=True)
    by = fields.String()
    at = fields.AwareDateTime(allow_none=True)
    undone_at = fields.AwareDateTime(allow_none=True)


class HouseholdDetail(Schema):
    """A household with its history, the newest first; `household` is null when it is gone."""

    uuid = fields.String()
    code = fields.String()
    household = fields.Nested(HouseholdSchema, allow_none=True)
    interviews = fields.Integer()
    changes = fields.List(fields.Nested(HouseholdChangeSchema))


class HouseholdPairSchema(Schema):
    """Two households that may be one, and by what: `name`, `phone`, `place`."""

    one = fields.String()
    other = fields.String()
    reasons = fields.List(fields.String())


class HouseholdPairPage(Schema):
    """The likeliest pairs first; settle some to see more."""

    items = fields.List(fields.Nested(HouseholdPairSchema))
