"""What machines get, field by field."""

from typing import Any

from marshmallow import Schema, fields

from app.indicators.figures import Figure


def _about(description: str, **options: Any) -> dict[str, Any]:
    return {"allow_none": True, "metadata": {"description": description}, **options}


class UnitSchema(Schema):
    """A place of the country."""

    id = fields.Integer()
    code = fields.String(allow_none=True)
    name = fields.String()
    level = fields.String()


class FigureSchema(Schema):
    """One indicator for one place (or one group in it)."""

    unit = fields.Function(
        lambda figure: {
            "id": figure.unit_id,
            "code": figure.unit_code,
            "name": figure.unit_name,
            "level": figure.level,
        },
        metadata={"type": "object"},
    )
    round = fields.String()
    indicator = fields.String()
    version = fields.String()
    by = fields.Function(
        lambda figure: (
            {"name": figure.breakdown, "value": figure.breakdown_value}
            if figure.breakdown
            else None
        ),
        metadata={"type": ["object", "null"], "description": "Breakdown and group; else null."},
    )
    value = fields.Float(**_about("A fraction or a mean, not per cent."))
    numerator = fields.Float(allow_none=True)
    denominator = fields.Float(allow_none=True)
    n = fields.Integer(**_about("Rows with an answer."))
    se = fields.Float(**_about("Standard error of the value."))
    ci = fields.List(fields.Float(), **_about("95 % interval, low and high."))
    ci_method = fields.String(allow_none=True)
    df = fields.Float(allow_none=True)
    deff = fields.Float(allow_none=True)
    bounds = fields.List(
        fields.Float(), **_about("If all who are missing said no, and if all said yes.")
    )
    coverage = fields.Float(**_about("Counted interviews as a share of those expected."))
    status = fields.String(metadata={"enum": ["provisional", "final"]})
    suppressed = fields.String(**_about("Why the figure is withheld; null when it is not."))
    design = fields.Function(
        lambda figure: "sample" if figure.base.is_sample else "census",
        metadata={"type": "string", "enum": ["census", "sample"]},
    )
    villages_left_out = fields.Integer(
        attribute="base.villages_left_out",
        metadata={"description": "Villages that the figure does not speak for yet."},
    )
    villages_not_drawn = fields.Integer(
        attribute="base.villages_not_drawn",
        metadata={"description": "Villages of which a sample has no household."},
    )
    calibrated = fields.Boolean(
        attribute="is_calibrated",
        metadata={"description": "A release's weights were fitted to known totals."},
    )
    as_of = fields.AwareDateTime(**_about("When the sums were made."))
    broken = fields.String(**_about("Why there is no figure under these boundaries; else null."))
    overlaps = fields.Boolean(
        metadata={"description": "One may be in several groups: they do not add up to the whole."}
    )
    imprecise = fields.Boolean(
        attribute="is_imprecise", **_about("Its interval is too wide for it to say much.")
    )


def figure_object(figure: Figure) -> dict[str, Any]:
    """A figure as `FigureSchema` writes it, at a tenth of the time: a page has thousands."""
    base, has_group = figure.base, figure.breakdown
    return {
        "unit": {
            "id": figure.unit_id,
            "code": figure.unit_code,
            "name": figure.unit_name,
            "level": figure.level,
        },
        "round": figure.round,
        "indicator": figure.indicator,
        "version": figure.version,
        "by": {"name": has_group, "value": figure.breakdown_value} if has_group else None,
        "value": figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "n": figure.n,
        "se": figure.se,
        "ci": figure.ci,
        "ci_method": figure.ci_method,
        "df": None if figure.df is None else float(figure.df),
        "deff": figure.deff,
        "bounds": figure.bounds,
        "coverage": figure.coverage,
        "status": figure.status,
        "suppressed": figure.suppressed,
        "design": "sample" if base.is_sample else "census",
        "villages_left_out": base.villages_left_out,
        "villages_not_drawn": base.villages_not_drawn,
        "calibrated": figure.is_calibrated,
        "as_of": figure.as_of and figure.as_of.isoformat(),
        "broken": figure.broken,
        "overlaps": figure.overlaps,
        "imprecise": figure.is_imprecise,
    }


class FigurePage(Schema):
    """Some figures; `next` asks for the following ones."""

    items = fields.List(fields.Nested(FigureSchema))
    next = fields.String(allow_none=True)


class DifferenceSchema(Schema):
    """A figure less the one it is held against."""

    figure = fields.Nested(FigureSchema)
    against = fields.Nested(FigureSchema)
    difference = fields.Float(
        attribute="difference.value", **_about("In the unit of both; null where one has no value.")
    )
    se = fields.Float(attribute="difference.se", **_about("Its own standard error."))
    df = fields.Float(attribute="difference.df", allow_none=True)
    ci = fields.List(fields.Float(), attribute="difference.ci", **_about("95 %, low and high."))


class DifferencePage(Schema):
    """All differences that were asked for."""

    items = fields.List(fields.Nested(DifferenceSchema))
    next = fields.String(allow_none=True)


class QueueItemSchema(Schema):
    """An interview in a list."""

    id = fields.Integer()
    state = fields.String(metadata={"enum": ["received", "edited", "approved", "rejected"]})
    received_at = fields.AwareDateTime()
    form = fields.String()
    unit = fields.Nested(UnitSchema)
    household = fields.String(allow_none=True)
    person_no = fields.Integer(allow_none=True)
    interviewed_on = fields.Date(allow_none=True)
    outcome = fields.String(allow_none=True)
    flags = fields.List(fields.String())


class QueuePageSchema(Schema):
    """Some interviews, newest first; `next` asks for the older ones."""

    items = fields.List(fields.Nested(QueueItemSchema))
    next = fields.String(allow_none=True)


class VersionSchema(Schema):
    """One version of an interview: as first sent, or an edit."""

    id = fields.Integer(attribute="instance_pk")
    instance_id = fields.String()
    received_at = fields.AwareDateTime()
    form_version = fields.String()


class RowSchema(Schema):
    """A row of a repeat."""

    repeat = fields.String()
    position = fields.String()
    answers = fields.Dict()


class FileSchema(Schema):
    """A file of an interview."""

    name = fields.String()
    expected = fields.Boolean()
    size = fields.Integer(allow_none=True)


class DecisionSchema(Schema):
    """A person's decision about an interview."""

    version = fields.Integer(attribute="instance_pk")
    state = fields.String()
    reason = fields.String(allow_none=True)
    decided_at = fields.AwareDateTime()
    decided_by = fields.String()


class SubmissionSchema(Schema):
    """An interview: its newest version's answers without the personal ones, and its history."""

    id = fields.Integer()
    state = fields.String()
    received_at = fields.AwareDateTime()
    form = fields.String()
    unit = fields.Nested(UnitSchema)
    current_version = fields.Integer()
    counting_version = fields.Integer(allow_none=True)
    interviewed_on = fields.Date(allow_none=True)
    outcome = fields.String(allow_none=True)
    answers = fields.Dict()
    rows = fields.List(fields.Nested(RowSchema))
    files = fields.List(fields.Nested(FileSchema))
    flags = fields.List(fields.String())
    versions = fields.List(fields.Nested(VersionSchema))
    decisions = fields.List(fields.Nested(DecisionSchema))


class SampleSchema(Schema):
    """How a round's households were drawn."""

    kind = fields.String(metadata={"enum": ["census", "simple", "stratified", "two-stage"]})
    households = fields.Integer(metadata={"description": "Those drawn, without reserves."})
    frame = fields.Integer(metadata={"description": "Those they were drawn from."})
    seed = fields.String(metadata={"description": "Gives the same households again."})
    frame_sha256 = fields.String()


class DeadlineSchema(Schema):
    """A day of a round's calendar."""

    due_on = fields.Date()
    name = fields.String()


class RoundSchema(Schema):
    """A survey round."""

    code = fields.String()
    name = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date(**_about("Null: open-ended."))
    design = fields.String(metadata={"enum": ["census", "sample"]})
    valid_for = fields.Integer(**_about("Months for which an interview counts; null: for good."))
    frozen_on = fields.Date(**_about("Last day of receipt that counts."))
    legal_basis = fields.String(allow_none=True)
    place = fields.String(**_about("Code of the place; null: the programme's whole place."))
    deadlines = fields.List(fields.Nested(DeadlineSchema))
    sample = fields.Nested(SampleSchema, allow_none=True)


class RoundPage(Schema):
    """Rounds; there is one page."""

    items = fields.List(fields.Nested(RoundSchema))
    next = fields.String(allow_none=True)
