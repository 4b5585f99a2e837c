"""Giving figures out: what was given out, what each release changed, and making the next one."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.scope import holds_whole, require_whole
from app.accounts.users import names_of as people_named
from app.db import db, transaction
from app.errors import Conflict, Problem
from app.indicators import giving_out, releases
from app.indicators.excerpt import Choice, excerpt, preview
from app.indicators.export import describe_rule
from app.indicators.readiness import readiness_of
from app.indicators.release_queries import (
    get_release,
    list_releases,
    release_under_way,
    rule_from,
    rule_of,
)
from app.indicators.restated import before_of
from app.indicators.self_check import last_check
from app.pages.blueprint import pages
from app.pages.imports import AGAIN
from app.pages.inputs import asked, asked_id, posted
from app.pages.reader import reader
from app.pages.rounds import find_round
from app.pages.rules import UNIT
from app.rounds.models import Round

READ, GIVE_OUT, INTERVIEWS = "indicator.read", "figures.release", "submission.read"


@pages.get(f"/rounds/<{UNIT}:round_id>/releases")
@requires(READ)
def show_releases(round_id: int) -> ResponseReturnValue:
    """What was given out of a round, newest first, and how far the round is."""
    return _list(find_round(reader(), round_id, READ))


@pages.post(f"/rounds/<{UNIT}:round_id>/releases/<any(stop, resume, take_back):act>")
@requires(GIVE_OUT)
def change_release(round_id: int, act: str) -> ResponseReturnValue:
    """Stops the release that is being made, lets it go on, or takes it back."""
    found = find_round(reader(), round_id, GIVE_OUT)
    acts = {"stop": giving_out.stop, "resume": giving_out.resume}
    try:
        with transaction():
            acts.get(act, giving_out.take_back)(found, reader())
    except Conflict as problem:
        return _list(found, problem), problem.status
    return redirect(url_for("pages.show_releases", round_id=round_id), 303)


def _list(found: Round, problem: Problem | None = None) -> Response:
    known = list_releases(found.id)
    may_release = reader().may(GIVE_OUT, found.project_id)
    under_way = release_under_way(found.id) if may_release else None
    page = render_template(
        "releases.html",
        round=found,
        releases=known,
        names=people_named({release.released_by for release in known}),
        readiness=readiness_of(found, reader()) if reader().may(INTERVIEWS) else None,
        sees_all=holds_whole(reader(), INTERVIEWS, found.project_id),
        check=last_check(),
        may_release=may_release,
        under_way=under_way,
        problem=problem,
    )
    response = make_response(page)
    if under_way and under_way.state == giving_out.MAKING and request.method == "GET":
        response.headers["Refresh"] = AGAIN
    return response


@pages.get(f"/rounds/<{UNIT}:round_id>/releases/<{UNIT}:version>")
@requires(READ)
def show_release(round_id: int, version: int) -> ResponseReturnValue:
    """One release: its reason, and figures before and after, a page at a time."""
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
        choice=_choice(),
        excerpt=excerpt(actor, found, made, _choice()),
    )


@pages.get(f"/rounds/<{UNIT}:round_id>/releases/new")
@requires(GIVE_OUT)
def preview_release(round_id: int) -> ResponseReturnValue:
    """What would be given out now, and the form to do so."""
    return _page(find_round(reader(), round_id, GIVE_OUT))


@pages.post(f"/rounds/<{UNIT}:round_id>/releases/new")
@requires(GIVE_OUT)
def make_release(round_id: int) -> ResponseReturnValue:
    """Leaves the present figures to the workers, to be given out; or says why that cannot be."""
    actor = reader()
    found = find_round(actor, round_id, GIVE_OUT)
    try:
        with transaction():
            require_whole(actor, GIVE_OUT, found.project_id)
            made = giving_out.begin(
                found,
                actor,
                final=posted("status") == releases.FINAL,
                reason=posted("reason") or None,
            )
            is_begun = made is not None
    except Conflict as problem:
        return _page(found, problem), problem.status
    if not is_begun:  # the page says that nothing is different
        return _page(found), Conflict.status
    return redirect(url_for("pages.show_releases", round_id=round_id), 303)


def _page(found: Round, problem: Problem | None = None) -> str:
    """Shows what the release would change; with a reason, since one may be needed."""
    actor = reader()
    status = posted("status") or asked("status") or releases.PROVISIONAL
    db.session.refresh(found)
    with transaction():
        require_whole(actor, GIVE_OUT, found.project_id)
        seen = preview(found, actor, _choice(), final=status == releases.FINAL, reason="–")
    return render_template(
        "release_new.html",
        round=found,
        newest=next(iter(list_releases(found.id, limit=1)), None),
        readiness=readiness_of(found, decided=status == releases.FINAL),
        sees_all=True,
        rule=rule_of(found.project_id),
        excerpt=seen.excerpt,
        choice=_choice(),
        status=status,
        reason=posted("reason"),
        problem=problem or seen.problem,
    )


def _choice() -> Choice:
    """Which of the changes the address asks for."""
    return Choice(asked_id("commune"), asked("indicator") or None, asked_id("page") or 1)
