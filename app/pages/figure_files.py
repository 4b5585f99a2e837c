"""The figures of a round as a file, for Excel and for the open data of a province."""

from itertools import chain

from flask import Response, render_template, send_file, stream_with_context
from flask.typing import ResponseReturnValue

from app.access import requires
from app.indicators.export import (
    MOST_ROWS,
    OPEN_COLUMNS,
    describe_rule,
    lineage,
    open_data,
    write_workbook,
)
from app.indicators.release_queries import get_release, list_releases, rule_of
from app.indicators.table import COLUMNS, csv_lines
from app.indicators.walk import Wanted, walk
from app.org_units.load import LAST_OLD_DAY
from app.pages.blueprint import pages
from app.pages.export import EXCEL_MARK
from app.pages.inputs import asked, asked_id, chosen
from app.pages.reader import reader
from app.pages.rounds import find_round
from app.pages.rules import UNIT

READ = "indicator.read"
LEVELS = ("province", "district", "commune", "village")
KINDS = {"xlsx": "xlsx", "csv-vi": "csv", "csv": "csv"}


@pages.get(f"/rounds/<{UNIT}:round_id>/figures")
@requires(READ)
def show_figure_files(round_id: int) -> ResponseReturnValue:
    """Which figures are wanted, and in which kind of file."""
    found = find_round(reader(), round_id, READ)
    return render_template(
        "figure_files.html",
        round=found,
        releases=list_releases(found.id),
        chosen_release=asked_id("release"),
        rule=describe_rule(rule_of(found.project_id)),
        most=MOST_ROWS,
    )


@pages.get(f"/rounds/<{UNIT}:round_id>/figures/file")
@requires(READ)
def download_figure_file(round_id: int) -> ResponseReturnValue:
    """The file: sent as it is read, except a workbook, which is made on the disk first."""
    actor = reader()
    found = find_round(actor, round_id, READ)
    release = asked_id("release")
    wanted = Wanted(
        release=get_release(found.id, release) if release else None,
        level=chosen("level", LEVELS),
        by=None if asked("groups") else "",
        on=LAST_OLD_DAY if chosen("boundaries", ("new", "old")) == "old" else None,
    )
    is_open = bool(asked("open"))
    figures = open_data(actor, found, wanted) if is_open else walk(actor, found, wanted)
    columns = OPEN_COLUMNS if is_open else COLUMNS
    kind = chosen("format", KINDS) or "xlsx"
    name = f"indicators-{found.id}.{KINDS[kind]}"
    if kind == "xlsx":
        file = write_workbook(figures, lineage(actor, found, wanted, is_open=is_open), columns)
        return send_file(file, as_attachment=True, download_name=name)
    lines = csv_lines(figures, columns, vietnamese=kind == "csv-vi")
    response = Response(stream_with_context(chain([EXCEL_MARK], lines)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
