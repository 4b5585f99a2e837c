"""`GET /api/v1/indicators/export`: all figures of a round as one file."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import orjson
from flask import Response, send_file, stream_with_context
from marshmallow import fields
from marshmallow.validate import OneOf

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.indicators import CSV, LEVELS, find_round
from app.api.parameters import PlaceQuery, choose_project, choose_unit, number, text
from app.i18n import in_language
from app.indicators.export import OPEN_COLUMNS, lineage, open_data, write_workbook
from app.indicators.figures import Figure
from app.indicators.release_queries import get_release
from app.indicators.table import COLUMNS, csv_lines, figure_row
from app.indicators.walk import Wanted, walk
from app.org_units.load import LAST_OLD_DAY

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXCEL_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


class ExportQuery(PlaceQuery):
    """Which figures, and in which kind of file."""

    format = fields.String(load_default="csv", validate=OneOf(("csv", "xlsx", "json")))
    open = fields.Boolean(
        load_default=False,
        metadata={"description": "Open data: what everybody may have of a release, whoever asks."},
    )
    numbers = fields.String(
        load_default="en",
        validate=OneOf(("en", "vi")),
        metadata={"description": "“vi”: semicolons and decimal commas, with a byte order mark."},
    )
    language = fields.String(load_default="vi", validate=OneOf(("vi", "en")))
    level = fields.String(validate=OneOf(LEVELS), metadata={"description": "All without."})
    round = text(description="Code of a round; the present one without.")
    release = number(description="Number of a release; what is so now, or the newest, without.")
    boundaries = fields.String(validate=OneOf(("old", "new")))
    indicator = text(description="Code of one indicator; all without.")
    by = fields.String(metadata={"description": "One breakdown; blank: undivided figures alone."})
    project = number(description="Number of a project; the caller's first one without.")


@resource("/indicators/export", query=ExportQuery)
@requires("indicator.read")
def export_figures(asked: dict[str, Any]) -> Response:
    """All figures of a round as one file: CSV and JSON of any size, or an Excel workbook

    Read place by place and sent as they are read. A workbook has a sheet about the figures and one
    about their columns, and at most 100,000 rows.
    """
    actor = caller()
    project_id = choose_project(actor, "indicator.read", asked.get("project"))
    on = LAST_OLD_DAY if asked.get("boundaries") == "old" else None
    place = asked.get("unit"), asked.get("code")
    named = any(place) and choose_unit(actor, "indicator.read", *place, on)
    round_ = find_round(project_id, asked.get("round"))
    wanted = Wanted(
        release=get_release(round_.id, asked["release"]) if "release" in asked else None,
        level=asked.get("level"),
        unit_id=named.id if named else None,
        indicator=asked.get("indicator"),
        by=asked.get("by"),
        on=on,
    )
    found = open_data(actor, round_, wanted) if asked["open"] else walk(actor, round_, wanted)
    columns = OPEN_COLUMNS if asked["open"] else COLUMNS
    with in_language(asked["language"]):
        said = lineage(actor, round_, wanted, is_open=asked["open"])
        if asked["format"] == "xlsx":
            file = write_workbook(found, said, columns)
            return send_file(file, EXCEL, as_attachment=True, download_name="figures.xlsx")
    if asked["format"] == "json":
        return Response(
            stream_with_context(_json(found, said, columns)), mimetype="application/json"
        )
    is_vietnamese = asked["numbers"] == "vi"
    lines = csv_lines(found, columns, vietnamese=is_vietnamese)
    mark = [EXCEL_MARK] if is_vietnamese else []
    return Response(stream_with_context(chain(mark, lines)), mimetype=CSV)


def _json(
    figures: Iterable[Figure], said: list[tuple[str, str]], columns: tuple[str, ...]
) -> Iterator[bytes]:
    yield b'{"about":' + orjson.dumps(dict(said)) + b',"items":['
    for number_, figure in enumerate(figures):
        row = figure_row(figure)
        yield (b"," if number_ else b"") + orjson.dumps({name: row[name] for name in columns})
    yield b"]}"
