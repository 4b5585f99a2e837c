"""What changed in a commune since an earlier round, by indicator, and how sure that is."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.territory import get_unit
from app.errors import NotFound
from app.indicators.differences import Change, changes
from app.pages.blueprint import pages
from app.pages.choices import choose_round
from app.pages.inputs import asked_id, chosen
from app.pages.reader import reader
from app.pages.rules import UNIT

SORTS = {
    "code": lambda change: change.figure.indicator,
    "change": lambda change: -abs(change.difference.value) if change.difference else 0.0,
}


@pages.get(f"/communes/<{UNIT}:commune_id>/changes")
@requires("indicator.read")
def show_changes(commune_id: int) -> ResponseReturnValue:
    """A commune's indicators in two rounds; with the change's own interval, and in words.

    A page of its own: what two rounds have in common is worked out from their interviews.
    """
    actor = reader()
    commune = get_unit(actor, "indicator.read", commune_id, level="commune")
    rounds = choose_round(actor, commune.id)
    round_ = rounds.chosen
    if round_ is None:
        raise NotFound("No round has been opened yet.")
    earlier = [
        one
        for one in rounds.all
        if one.project_id == round_.project_id and one.starts_on < round_.starts_on
    ]
    wanted = asked_id("since")
    before = next((one for one in earlier if wanted in {None, one.id}), None)
    if before is None and wanted is not None:
        raise NotFound
    sort = chosen("sort", SORTS) or "code"
    found = (
        changes(actor, round_=round_, before=before, unit_id=commune.id, level="commune")
        if before
        else []
    )
    return render_template(
        "commune_changes.html",
        commune=commune,
        rounds=rounds,
        earlier=earlier,
        before=before,
        changes=[(one, _how_sure(one)) for one in sorted(found, key=SORTS[sort])],
        sort=sort,
    )


def _how_sure(one: Change) -> str:
    """What the interval says of a change: a key of `words.sureness`."""
    if one.figure.version != one.against.version:
        return "redefined"
    if one.difference is None:
        return "no_figure"
    if one.difference.ci is None:
        return "unknown"
    if one.difference.is_sure:
        return "up" if one.difference.value > 0 else "down"
    return "same" if one.difference.se == 0 else "chance"
