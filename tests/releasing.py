"""Figures given out at once: the steps that workers make, in the transaction of the test."""

from app.accounts.actors import Actor
from app.indicators import releases
from app.indicators.hiding import families_of, hide
from app.indicators.release_models import Release
from app.rounds.models import Round


def release(
    round_: Round, actor: Actor, *, final: bool = False, reason: str | None = None
) -> Release | None:
    """A new release of the round's figures; None when nothing would be different."""
    made = releases.plan(round_, actor, final=final, reason=reason)
    if made is not None:
        releases.freeze(made, round_)
        for family in families_of(made):
            hide(made, round_, family)
        releases.give_out(made)
    return made
