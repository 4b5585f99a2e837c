"""The figures of a commune as a file for Excel."""

from functools import partial

from flask import Response
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.territory import get_unit
from app.errors import NotFound
from app.indicators.queries import find_figures
from app.indicators.table import figures_csv
from app.pages.blueprint import pages
from app.pages.boundaries import choose_boundaries
from app.pages.choices import choose_round
from app.pages.reader import reader
from app.pages.rules import UNIT

EXCEL_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


@pages.get(f"/communes/<{UNIT}:commune_id>/indicators.csv")
@requires("indicator.read")
def download_figures(commune_id: int) -> ResponseReturnValue:
    """The commune's figures and its villages', with every breakdown."""
    actor = reader()
    asked = get_unit(actor, "indicator.read", commune_id, level="commune")
    boundaries, round_ = choose_boundaries(actor, asked), choose_round(actor, asked.id).chosen
    commune = boundaries.shown
    if round_ is None or commune is None:
        raise NotFound
    find = partial(
        find_figures, actor, round_=round_, unit_id=commune.id, by=None, on=boundaries.on
    )
    figures = [figure for level in ("commune", "village") for figure in find(level=level)]
    response = Response(EXCEL_MARK + figures_csv(figures), mimetype="text/csv")
    # The id is a number of ours and the round's code is not put in: a file name stays harmless.
    name = f"indicators-{commune.id}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
