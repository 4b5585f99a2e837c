"""Giving figures out: what was given out, what each release changed, and making the next one."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.scope import require_whole
from app.accounts.users import names_of as people_named
from app.db import db, transaction
from app.errors import Conflict, Problem
from app.indicators import releases
from app.indicators.export import describe_rule
from app.indicators.readiness import readiness_of
from app.indicators.release_queries import get_release, list_releases, rule_from, rule_of
from app.indicators.restated import before_of, preview, restated
from app.indicators.self_check import last_check
from app.org_units.queries import names_of
from app.pages.blueprint import pages
from app.pages.inputs import asked, posted
from app.pages.reader import reader
from app.pages.rounds import find_round
from app.pages.rules import UNIT
from app.rounds.models import Round

READ, GIVE_OUT = "indicator.read", "figures.release"


@pages.get(f"/rounds/<{UNIT}:round_id>/releases")
@requires(READ)
def show_releases(round_id: int) -> ResponseReturnValue:
    """What was given out of a round, newest first, and how far the round is."""
    found = find_round(reader(), round_id, READ)
    known = list_releases(found.id)
    return render_template(
        "releases.html",
        round=found,
        releases=known,
        names=people_named({release.released_by for release in known}),
        readiness=readiness_of(found.id) if reader().may("submission.read") else None,
        check=last_check(),
        may_release=reader().may(GIVE_OUT, found.project_id),
    )


@pages.get(f"/rounds/<{UNIT}:round_id>/releases/<{UNIT}:version>")
@requires(READ)
def show_release(round_id: int, version: int) -> ResponseReturnValue:
    """One release: its reason, and each figure before and after."""
    actor = reader()
    found = find_round(actor, round_id, READ)
    made = get_release(found.id, version)
    return render_template(
        "release.html",
        round=found,
        release=made,
        names=people_named({made.released_by}),
        before=before_of(made),
        rule=describe_rule(rule_from(made.rule)),
        changes=restated(actor, found, made, interval=False),
        villages=_villages(made.changes),
    )


@pages.get(f"/rounds/<{UNIT}:round_id>/releases/new")
@requires(GIVE_OUT)
def preview_release(round_id: int) -> ResponseReturnValue:
    """What would be given out now, and the form to do so."""
    return _page(find_round(reader(), round_id, GIVE_OUT))


@pages.post(f"/rounds/<{UNIT}:round_id>/releases/new")
@requires(GIVE_OUT)
def make_release(round_id: int) -> ResponseReturnValue:
    """Gives the present figures out, or says why that cannot be done."""
    actor = reader()
    found = find_round(actor, round_id, GIVE_OUT)
    try:
        with transaction():
            require_whole(actor, GIVE_OUT, found.project_id)
            made = releases.release(
                found,
                actor,
                final=posted("status") == releases.FINAL,
                reason=posted("reason") or None,
            )
            version = made and made.version
    except Conflict as problem:
        return _page(found, problem), problem.status
    if version is None:  # the page says that nothing is different
        return _page(found), Conflict.status
    return redirect(url_for("pages.show_release", round_id=round_id, version=version), 303)


def _page(found: Round, problem: Problem | None = None) -> str:
    """Shows what the release would change; with a reason, since one may be needed."""
    actor = reader()
    status = posted("status") or asked("status") or releases.PROVISIONAL
    db.session.refresh(found)
    with transaction():
        require_whole(actor, GIVE_OUT, found.project_id)
        seen = preview(found, actor, final=status == releases.FINAL, reason="–")
    return render_template(
        "release_new.html",
        round=found,
        newest=next(iter(list_releases(found.id, limit=1)), None),
        readiness=readiness_of(found.id),
        rule=rule_of(found.project_id),
        preview=seen,
        status=status,
        reason=posted("reason"),
        problem=problem or seen.problem,
    )


def _villages(changes: dict[str, list[int]]) -> list[tuple[str, int, int, int]]:
    """By name: households added, removed and with other answers."""
    names = names_of(map(int, changes))
    found = [(names.get(int(village), village), *counts) for village, counts in changes.items()]
    return sorted(found)  # type: ignore[arg-type]
