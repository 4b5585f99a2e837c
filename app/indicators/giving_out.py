"""Gives figures out step by step: of a large province each step takes a while.

First all figures are frozen as they are at one moment, and nothing that is counted waits for that;
then family by family of indicators it is decided what is withheld. Each step is a transaction of
its own, so that it may stop anywhere: at once, and the step in hand is done again. Readers have the
release before, until all is decided. Till then it can be taken back.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Select, select

from app import audit, queue
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import (
    autocommit,
    db,
    is_overtaken,
    is_passing,
    on_commit,
    see_one_moment,
    transaction,
)
from app.errors import Conflict, NotFound
from app.indicators import releases
from app.indicators.hiding import families_of, hide
from app.indicators.release_models import FROZEN, Release
from app.indicators.release_queries import OUT, release_under_way
from app.rounds.models import Round

MAKING, STOPPED = "making", "stopped"
RIGHT = "figures.release"
FAULT = Conflict("What is withheld could not be decided. Tell the operator; the log says why.")

TAKE_IN_HAND = "select pg_try_advisory_lock(hashtext('release'), %(release)s)"
LET_GO = "select pg_advisory_unlock(hashtext('release'), %(release)s)"

log = logging.getLogger(__name__)


def begin(
    round_: Round, actor: Actor, *, final: bool = False, reason: str | None = None
) -> Release | None:
    """Plans a release, which workers then make; refuses as `releases.plan` does."""
    made = releases.plan(round_, actor, final=final, reason=reason)
    if made is not None:
        on_commit(queue.ring)
    return made


def begin_again(round_: Round, actor: Actor) -> Release | None:
    """Begins one as `begin` does, in place of the same one that was refused on its way, if any.

    What a person stopped, or a fault did, stays until a person decides.
    """
    made = release_under_way(round_.id)
    if made is not None and _is_refused(made):
        same = (actor.label, releases.PROVISIONAL, None)
        if (made.released_by, made.status, made.reason) == same:
            take_back(round_, actor)
    return begin(round_, actor)


def carry_on() -> bool:
    """One step of the oldest release that can go on; whether there are more.

    One that waits, until its villages are summed up or for another worker, holds up no other.
    """
    return any(advance(release_id) for release_id in _making())


def are_making() -> bool:
    """Whether any release is to go on."""
    return bool(_making())


def _making() -> list[int]:
    with transaction():
        making = select(Release.id).where(Release.state == MAKING).order_by(Release.id)
        return list(db.session.scalars(making))


def advance(release_id: int) -> bool:
    """One more step; whether there are more, and the next one can be taken at once.

    Another worker may have it in hand; or villages have to be summed up before it is frozen.
    """
    with _in_hand(release_id) as is_mine:
        return is_mine and _try(release_id)


@contextmanager
def _in_hand(release_id: int) -> Iterator[bool]:
    """Keeps a release for this worker; whether nobody else has it.

    Not by its row, for which whoever stops it would have to wait; and before the moment is chosen
    that the step sees.
    """
    key = {"release": release_id}
    with autocommit() as connection:
        row = connection.execute(TAKE_IN_HAND, key).fetchone()
        is_mine = row == (True,)
        try:
            yield is_mine
        finally:
            if is_mine:
                connection.execute(LET_GO, key)


def _try(release_id: int) -> bool:
    try:
        with transaction():
            see_one_moment()
            with db.session.no_autoflush:  # who stops it waits for its row, so that it comes last
                return _advance(release_id)
    except Exception as error:
        if is_overtaken(error):  # somebody stopped it meanwhile
            return False
        if is_passing(error):
            raise
        with transaction():
            is_there = _give_up(release_id, error)
        if is_there and not isinstance(error, Conflict):
            log.exception("Release %s cannot be made.", release_id)
        return False


def _advance(release_id: int) -> bool:
    made = db.session.scalar(_being_made(release_id))
    if made is None:
        return False
    round_ = db.session.get_one(Round, made.round_id)
    if not made.is_frozen:
        if releases.is_owed(round_.id):
            return False
        releases.freeze(made, round_)
        return True
    if made.total != releases.steps_of(made):  # begun when fewer indicators told of others
        releases.begin_anew(made)
    if made.done < made.total:
        hide(made, round_, families_of(made)[made.done - FROZEN])
        made.done += 1
    if made.done >= made.total:
        releases.give_out(made)
    return made.state == MAKING


def _give_up(release_id: int, error: Exception) -> bool:
    """Stops it and says why, until somebody lets it go on or takes it back; if it is there."""
    made = db.session.scalar(_being_made(release_id).with_for_update())
    if made is None:
        return False
    told = error if isinstance(error, Conflict) else FAULT
    made.state, made.problem = STOPPED, told.message
    made.details = {
        name: said if isinstance(said, int | float) else str(said)
        for name, said in told.details.items()
    }
    return True


def _is_refused(made: Release) -> bool:
    return made.state == STOPPED and made.problem not in {None, FAULT.message}


def _being_made(release_id: int) -> Select[Release]:
    found = select(Release).where(Release.id == release_id, Release.state == MAKING)
    return found.execution_options(populate_existing=True)


def stop(round_: Round, actor: Actor) -> None:
    """Lets it rest; the step in hand is for nothing."""
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
    # A step in hand may have stored what belongs to it: only who takes it back waits for that.
    db.session.refresh(made, with_for_update={"key_share": True})
    if made.state == OUT:
        raise Conflict("The release is out already: it cannot be taken back.")
    if made.state != state:
        raise Conflict("Somebody was quicker. Load the page again.")
    return made
