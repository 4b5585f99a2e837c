"""Places as machines get them: their days, their history, and what became of them."""

from marshmallow import Schema, fields

from app.api.schemas import UnitSchema


class PlaceSchema(UnitSchema):
    """A place with its kind and the place around it."""

    type = fields.String()
    parent = fields.Integer(allow_none=True)
    valid_from = fields.Date()
    valid_to = fields.Date(
        allow_none=True, metadata={"description": "The last day; null while the place is."}
    )


class PlacePage(Schema):
    """Some places; `next` asks for the following ones."""

    items = fields.List(fields.Nested(PlaceSchema))
    next = fields.String(allow_none=True)


EdgeSchema = Schema.from_dict(
    {
        "from": fields.Nested(UnitSchema),  # a word of the language, so not a class body
        "to": fields.Nested(UnitSchema),
        "on": fields.Date(metadata={"description": "The first day of the new state."}),
        "extent": fields.String(
            metadata={"enum": ["whole", "part"], "description": "How much of the former's ground."}
        ),
    },
    name="EdgeSchema",
)


class CrosswalkPage(Schema):
    """Some successions; `next` asks for the following ones."""

    items = fields.List(fields.Nested(EdgeSchema))
    next = fields.String(allow_none=True)


class CodeSchema(Schema):
    """An official code, or a village's id, and when it means this place."""

    code = fields.String()
    first = fields.Date()
    last = fields.Date(allow_none=True)


class NameSchema(Schema):
    """A name that a place had or has; an alias has no days."""

    name = fields.String()
    type = fields.String()
    first = fields.Date(allow_none=True)
    last = fields.Date(allow_none=True)


class NamesSchema(Schema):
    """All names of a place."""

    names = fields.List(fields.Nested(NameSchema))


class LaySchema(Schema):
    """What a place lay in right above."""

    id = fields.Integer()
    name = fields.String()
    first = fields.Date()
    last = fields.Date(allow_none=True)


class EventSchema(Schema):
    """A decision that changed places."""

    id = fields.Integer()
    kind = fields.String(
        metadata={"enum": ["reform", "merge", "split", "rename", "retype", "move"]}
    )
    on = fields.Date(attribute="on_date")
    legal_ref = fields.String()


class HistorySchema(Schema):
    """What happened to a place, oldest first."""

    unit = fields.Nested(PlaceSchema)
    codes = fields.List(fields.Nested(CodeSchema))
    came_from = fields.List(fields.Nested(EdgeSchema))
    went_to = fields.List(fields.Nested(EdgeSchema))
    names = fields.List(fields.Nested(NameSchema))
    parents = fields.List(fields.Nested(LaySchema))
    events = fields.List(fields.Nested(EventSchema))
