"""`/api/v1/indicators/workbooks`: workbooks that take long, made by the workers and fetched."""

from typing import Any

from flask import Response, stream_with_context
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.evidence import BINARY
from app.api.figure_files import ATTACHED, EXCEL, FileQuery, wished
from app.api.parameters import LARGEST_ID
from app.db import transaction
from app.exports import queries, run
from app.exports.models import FigureFile
from app.exports.zipped import archive, length

READ = "indicator.read"
WORKBOOKS = "/indicators/workbooks"
WORKBOOK = f"{WORKBOOKS}/<int(max={LARGEST_ID}):workbook_id>"
ACTS = {"stopped": queries.stop, "running": queries.resume}


class WorkbookSchema(Schema):
    """A workbook that is being made, or was."""

    id = fields.Integer()
    state = fields.String(metadata={"enum": ["running", "stopped", "finished", "failed"]})
    done = fields.Integer(metadata={"description": "Groups of places that are read."})
    total = fields.Function(lambda made: len(made.steps), metadata={"type": "integer"})
    figures = fields.Integer(metadata={"description": "Figures that are in it so far."})
    problem = fields.String(allow_none=True, metadata={"description": "Why it failed."})
    asked_at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime(allow_none=True)
    kept_until = fields.Function(
        lambda made: queries.kept_until(made).isoformat(),
        metadata={"type": "string", "format": "date-time"},
    )


class WorkbookChangeSchema(Schema):
    """What is to become of it."""

    state = fields.String(required=True, validate=OneOf(tuple(ACTS)))


@resource(WORKBOOKS, method="POST", body=FileQuery, answer=WorkbookSchema)
@requires(READ)
def make_workbook(asked: dict[str, Any]) -> FigureFile:
    """Leaves an Excel workbook of any size to the workers

    Asked for again while it is being made, it is the same one. It is read with the rights of who
    asks, is for them alone, and is kept for seven days.
    """
    with transaction():
        round_, wish = wished(asked)
        made_id = run.begin(caller(), round_, wish, asked["language"]).id
    return queries.get_file(caller(), made_id)


@resource(WORKBOOK, answer=WorkbookSchema)
@requires(READ)
def read_workbook(workbook_id: int) -> FigureFile:
    """How far a workbook is"""
    return queries.get_file(caller(), workbook_id)


@resource(WORKBOOK, method="PATCH", body=WorkbookChangeSchema, answer=WorkbookSchema)
@requires(READ)
def change_workbook(asked: dict[str, Any], workbook_id: int) -> FigureFile:
    """Stops a workbook after the places in hand, or lets it go on there"""
    with transaction():
        ACTS[asked["state"]](caller(), workbook_id)
    return queries.get_file(caller(), workbook_id)


@resource(
    f"{WORKBOOK}/file",
    doc={"responses": {"200": {"content": {EXCEL: BINARY}, "description": "The workbook."}}},
)
@requires(READ)
def download_workbook(workbook_id: int) -> Response:
    """The workbook itself, once its state is “finished”"""
    found = queries.content_of(caller(), workbook_id)
    answer = Response(stream_with_context(archive(found)), mimetype=EXCEL)
    answer.content_length = length(found)
    answer.headers["Content-Disposition"] = ATTACHED
    return answer
