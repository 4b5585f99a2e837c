"""The figures of a round as a file, for Excel and for the open data of a province."""

from collections.abc import Callable
from itertools import chain

from flask import Response, render_template, stream_with_context
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.actors import Actor
from app.exports.ask import AT_ONCE, Asked, figures_at_most
from app.exports.queries import list_files
from app.exports.workbook import write_workbook
from app.indicators.export import describe_rule, lineage, open_data
from app.indicators.release_queries import list_releases, rule_of
from app.indicators.table import csv_lines
from app.indicators.walk import walk
from app.pages.blueprint import pages
from app.pages.export import EXCEL_MARK
from app.pages.inputs import asked, asked_id, chosen, read_id
from app.pages.reader import reader
from app.pages.rounds import find_round
from app.pages.rules import UNIT
from app.rounds.models import Round

READ = "indicator.read"
LEVELS = ("province", "district", "commune", "village")
KINDS = {"xlsx": "xlsx", "csv-vi": "csv", "csv": "csv"}
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get(f"/rounds/<{UNIT}:round_id>/figures")
@requires(READ)
def show_figure_files(round_id: int) -> ResponseReturnValue:
    """Which figures are wanted, in which kind of file, and the workbooks that were asked for."""
    actor = reader()
    return _page(actor, find_round(actor, round_id, READ))


@pages.get(f"/rounds/<{UNIT}:round_id>/figures/file")
@requires(READ)
def download_figure_file(round_id: int) -> ResponseReturnValue:
    """The file, sent as it is read; of a large workbook, how it is asked for."""
    actor = reader()
    found = find_round(actor, round_id, READ)
    wish = wished(asked, chosen("level", LEVELS))
    wanted = wish.wanted(found.id)
    kind = chosen("format", KINDS) or "xlsx"
    name = f"indicators-{found.id}.{KINDS[kind]}"
    most = figures_at_most(actor, found, wish) if kind == "xlsx" else 0
    if most > AT_ONCE:
        return _page(actor, found, wish, most)
    figures = open_data(actor, found, wanted) if wish.is_open else walk(actor, found, wanted)
    if kind == "xlsx":
        about = lineage(actor, found, wanted, is_open=wish.is_open)
        response = Response(write_workbook(figures, about, wish.columns), mimetype=EXCEL)
    else:
        lines = csv_lines(figures, wish.columns, vietnamese=kind == "csv-vi")
        response = Response(stream_with_context(chain([EXCEL_MARK], lines)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def wished(field: Callable[[str], str], level: str | None) -> Asked:
    """What the form of a file says, in the address or posted."""
    return Asked(
        release=read_id(field("release")),
        level=level,
        by=None if field("groups") else "",
        is_old=field("boundaries") == "old",
        is_open=bool(field("open")),
    )


def _page(actor: Actor, found: Round, wish: Asked | None = None, most: int = 0) -> str:
    return render_template(
        "figure_files.html",
        round=found,
        releases=list_releases(found.id),
        chosen_release=asked_id("release"),
        rule=describe_rule(rule_of(found.project_id)),
        at_once=AT_ONCE,
        workbooks=list_files(actor, found.id),
        wish=wish,
        most=most,
    )
