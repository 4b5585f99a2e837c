"""What machines get of changes, field by field."""

from marshmallow import Schema, fields

from app.api.schemas import DecisionSchema, RowSchema, UnitSchema, VersionSchema

KINDS = ("written", "left", "trashed", "purged")


class ChangedInterviewSchema(Schema):
    """An interview as it is now, with its versions and the decisions of people."""

    state = fields.String(metadata={"enum": ["received", "edited", "approved", "rejected"]})
    received_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "Also when a round's policy approved it."}
    )
    form = fields.String()
    unit = fields.Nested(UnitSchema)
    current_version = fields.Integer()
    counting_version = fields.Integer(allow_none=True)
    household = fields.String(allow_none=True)
    person_no = fields.Integer(allow_none=True)
    interviewed_on = fields.Date(allow_none=True)
    outcome = fields.String(allow_none=True)
    flags = fields.List(fields.String())
    versions = fields.List(fields.Nested(VersionSchema))
    decisions = fields.List(fields.Nested(DecisionSchema))
    answers = fields.Dict(allow_none=True, metadata={"description": "Null when not asked for."})
    rows = fields.List(fields.Nested(RowSchema), allow_none=True)


class ChangeSchema(Schema):
    """What happened to an interview; but for `written` there is nothing more to read of it."""

    id = fields.Integer()
    change = fields.String(metadata={"enum": list(KINDS)})
    interview = fields.Nested(ChangedInterviewSchema, allow_none=True)


class ChangesPage(Schema):
    """Some changes; `next` goes on from here, at once when there is `more`, else later."""

    items = fields.List(fields.Nested(ChangeSchema))
    next = fields.String()
    more = fields.Boolean()
