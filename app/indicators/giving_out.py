"""Gives figures out step by step: of a large province each step takes a while.

First all figures are frozen as they are at one moment, and nothing that is counted waits for that;
then family by family of indicators it is decided what is withheld. Each step is a transaction of
its own, so that it may stop anywhere. Readers have the release before, until all is decided. Till
then it can be taken back.
"""

import logging

from sqlalchemy import select

from app import audit, queue
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import db, is_overtaken, is_passing, on_commit, see_one_moment, transaction
from app.errors import Conflict, NotFound
from app.indicators import releases
from app.indicators.hiding import families_of, hide
from app.indicators.release_queries import OUT, release_under_way
from app.indicators.sum_models import FROZEN, Release
from app.rounds.models import Round

MAKING, STOPPED = "making", "stopped"
RIGHT = "figures.release"
FAULT = Conflict("What is withheld could not be decided. Tell the operator; the log says why.")

log = logging.getLogger(__name__)


def begin(
    round_: Round, actor: Actor, *, final: bool = False, reason: str | None = None
) -> Release | None:
    """Plans a release, which workers then make; refuses as `releases.plan` does."""
    made = releases.plan(round_, actor, final=final, reason=reason)
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
    """One more step; whether there are more, and the next one can be taken at once.

    Another worker may have it in hand; or villages have to be summed up before it is frozen.
    """
    try:
        with transaction():
            see_one_moment()
            return _advance(release_id)
    except Exception as error:
        if is_overtaken(error):  # another worker took a step at this moment
            return False
        if is_passing(error):
            raise
        if not isinstance(error, Conflict):
            log.exception("Release %s cannot be made.", release_id)
        with transaction():
            _give_up(release_id, error)
        return False


def _advance(release_id: int) -> bool:
    made = _hold(release_id)
    if made is None:
        return False
    round_ = db.session.get_one(Round, made.round_id)
    if not made.is_frozen:
        if releases.is_owed(round_.id):
            return False
        releases.freeze(made, round_)
        return True
    if made.done == FROZEN:
        releases.look_at_frozen()
    if made.total != releases.steps_of(made):  # begun when fewer indicators told of others
        releases.begin_anew(made)
    if made.done < made.total:
        hide(made, round_, families_of(made)[made.done - FROZEN])
        made.done += 1
    if made.done >= made.total:
        releases.give_out(made)
    return made.state == MAKING


def _give_up(release_id: int, error: Exception) -> None:
    """Stops it and says why, until somebody lets it go on or takes it back."""
    made = _hold(release_id)
    if made is not None:
        told = error if isinstance(error, Conflict) else FAULT
        made.state, made.problem = STOPPED, told.message
        made.details = {
            name: said if isinstance(said, int | float) else str(said)
            for name, said in told.details.items()
        }


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
    made.state, made.problem, made.details = MAKING, None, {}
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
