"""Gives figures out step by step: of a large province, what is withheld takes a while to decide.

The figures are frozen at once, and nothing that is counted waits for the rest: family by family of
indicators it is decided what is withheld, each in a transaction of its own, so that it may stop
anywhere. Readers have the release before, until all is decided. Till then it can be taken back.
"""

import logging

from sqlalchemy import select

from app import audit, queue
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import db, is_passing, on_commit, transaction
from app.errors import Conflict, NotFound
from app.indicators import releases
from app.indicators.hiding import families_of, hide
from app.indicators.release_queries import OUT, release_under_way
from app.indicators.sum_models import Release
from app.rounds.models import Round

MAKING, STOPPED = "making", "stopped"
RIGHT = "figures.release"
FAULT = Conflict("What is withheld could not be decided. Tell the operator; the log says why.")

log = logging.getLogger(__name__)


def begin(
    round_: Round, actor: Actor, *, final: bool = False, reason: str | None = None
) -> Release | None:
    """Freezes the round's figures for a release that workers then make, as `releases.freeze`."""
    made = releases.freeze(round_, actor, final=final, reason=reason)
    if made is not None:
        on_commit(queue.ring)
    return made


def carry_on() -> bool:
    """One step of the oldest release that is being made, if any; whether there are more."""
    with transaction():
        making = select(Release.id).where(Release.state == MAKING).order_by(Release.id).limit(1)
        waiting = db.session.scalar(making)
    return waiting is not None and advance(waiting)


def advance(release_id: int) -> bool:
    """One more step; whether there are more. Another worker may have it in hand."""
    try:
        with transaction():
            return _advance(release_id)
    except Exception as error:
        if is_passing(error):
            raise
        log.exception("Release %s cannot be made.", release_id)
        with transaction():
            made = _hold(release_id)
            if made is not None:
                made.state, made.problem = STOPPED, FAULT.message
        return False


def _advance(release_id: int) -> bool:
    made = _hold(release_id)
    if made is None:
        return False
    if made.done == 0:
        releases.look_at_frozen()
    families = families_of(made)
    if made.total != len(families):  # begun when fewer indicators were known to tell of others
        releases.begin_anew(made)
    if made.done < len(families):
        hide(made, db.session.get_one(Round, made.round_id), families[made.done])
        made.done += 1
    if made.done >= len(families):
        releases.give_out(made)
    return made.state == MAKING


def _hold(release_id: int) -> Release | None:
    free = select(Release).where(Release.id == release_id, Release.state == MAKING)
    held = free.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return db.session.scalar(held)


def stop(round_: Round, actor: Actor) -> None:
    """Lets it rest after the step in hand."""
    _change(round_, actor, MAKING).state = STOPPED


def resume(round_: Round, actor: Actor) -> None:
    """Lets it go on where it stopped."""
    made = _change(round_, actor, STOPPED)
    made.state, made.problem = MAKING, None
    on_commit(queue.ring)


def take_back(round_: Round, actor: Actor) -> None:
    """Undoes one that was stopped: nothing of it was read by anybody."""
    made = _change(round_, actor, STOPPED)
    audit.record(actor.label, "figures.taken_back", f"round:{round_.id}", version=made.version)
    releases.take_back(made)


def _change(round_: Round, actor: Actor, state: str) -> Release:
    require_whole(actor, RIGHT, round_.project_id)
    made = release_under_way(round_.id)
    if made is None:
        raise NotFound
    db.session.refresh(made, with_for_update=True)
    if made.state == OUT:
        raise Conflict("The release is out already: it cannot be taken back.")
    if made.state != state:
        raise Conflict("Somebody was quicker. Load the page again.")
    return made
