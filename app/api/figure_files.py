"""`GET /api/v1/indicators/export`: all figures of a round as one file."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import orjson
from flask import Response, stream_with_context
from marshmallow import fields
from marshmallow.validate import OneOf

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.indicators import CSV, LEVELS, find_round
from app.api.parameters import PlaceQuery, choose_project, choose_unit, number, text
from app.errors import BadRequest
from app.exports.ask import Asked, figures_at_most
from app.exports.workbook import write_workbook
from app.i18n import in_language
from app.indicators.export import lineage, open_data
from app.indicators.figures import Figure
from app.indicators.table import csv_lines, figure_row
from app.indicators.walk import walk
from app.org_units.load import LAST_OLD_DAY
from app.rounds.models import Round

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 100_000  # figures of a workbook that somebody waits for
ATTACHED = 'attachment; filename="figures.xlsx"'
EXCEL_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


class FileQuery(PlaceQuery):
    """Which figures a file holds."""

    open = fields.Boolean(
        load_default=False,
        metadata={"description": "Open data: what everybody may have of a release, whoever asks."},
    )
    language = fields.String(load_default="vi", validate=OneOf(("vi", "en")))
    level = fields.String(validate=OneOf(LEVELS), metadata={"description": "All without."})
    round = text(description="Code of a round; the present one without.")
    release = number(description="Number of a release; what is so now, or the newest, without.")
    boundaries = fields.String(validate=OneOf(("old", "new")))
    indicator = text(description="Code of one indicator; all without.")
    by = fields.String(metadata={"description": "One breakdown; blank: undivided figures alone."})
    project = number(description="Number of a project; the caller's first one without.")


class ExportQuery(FileQuery):
    """Which figures, and in which kind of file."""

    format = fields.String(load_default="csv", validate=OneOf(("csv", "xlsx", "json")))
    numbers = fields.String(
        load_default="en",
        validate=OneOf(("en", "vi")),
        metadata={"description": "“vi”: semicolons and decimal commas, with a byte order mark."},
    )


@resource("/indicators/export", query=ExportQuery)
@requires("indicator.read")
def export_figures(asked: dict[str, Any]) -> Response:
    """All figures of a round as one file: CSV and JSON of any size, or an Excel workbook

    Read place by place and sent as they are read. A workbook has a sheet about the figures and one
    about their columns; one that may hold more than 100,000 figures is asked for with
    POST /indicators/workbooks.
    """
    actor = caller()
    round_, wish = wished(asked)
    wanted, columns = wish.wanted(round_.id), wish.columns
    found = open_data(actor, round_, wanted) if wish.is_open else walk(actor, round_, wanted)
    with in_language(asked["language"]):
        said = lineage(actor, round_, wanted, is_open=wish.is_open)
        if asked["format"] == "xlsx":
            if figures_at_most(actor, round_, wish) > MOST:
                raise BadRequest(
                    "A workbook that may hold more than %(most)s figures takes minutes. Ask for it"
                    " with POST /api/v1/indicators/workbooks, or take a CSV.",
                    most=MOST,
                )
            answer = Response(write_workbook(found, said, columns), mimetype=EXCEL)
            answer.headers["Content-Disposition"] = ATTACHED
            return answer
    if asked["format"] == "json":
        return Response(
            stream_with_context(_json(found, said, columns)), mimetype="application/json"
        )
    is_vietnamese = asked["numbers"] == "vi"
    lines = csv_lines(found, columns, vietnamese=is_vietnamese)
    mark = [EXCEL_MARK] if is_vietnamese else []
    return Response(stream_with_context(chain(mark, lines)), mimetype=CSV)


def wished(asked: dict[str, Any]) -> tuple[Round, Asked]:
    """The round, and what is asked of it."""
    actor = caller()
    project_id = choose_project(actor, "indicator.read", asked.get("project"))
    is_old = asked.get("boundaries") == "old"
    place = asked.get("unit"), asked.get("code")
    on = LAST_OLD_DAY if is_old else None
    named = choose_unit(actor, "indicator.read", *place, on) if any(place) else None
    return find_round(project_id, asked.get("round")), Asked(
        release=asked.get("release"),
        level=asked.get("level"),
        unit_id=named.id if named else None,
        indicator=asked.get("indicator"),
        by=asked.get("by"),
        is_old=is_old,
        is_open=asked["open"],
    )


def _json(
    figures: Iterable[Figure], said: list[tuple[str, str]], columns: Sequence[str]
) -> Iterator[bytes]:
    yield b'{"about":' + orjson.dumps(dict(said)) + b',"items":['
    for number_, figure in enumerate(figures):
        row = figure_row(figure)
        yield (b"," if number_ else b"") + orjson.dumps({name: row[name] for name in columns})
    yield b"]}"
