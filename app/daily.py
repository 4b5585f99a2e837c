"""What is done once a day over all that is here; decisions of people do not wait for its end."""

import logging
from collections.abc import Callable

from app import pipeline, queue
from app.accounts.actors import OPERATOR
from app.clock import today
from app.counts import tasks
from app.db import db, on_commit, transaction
from app.errors import Conflict
from app.exports import queries as files
from app.indicators import counting, giving_out, quarters, self_check
from app.indicators.subjects import subjects_of
from app.indicators.sum_models import FigureCheck
from app.rounds.models import Round

CHECKED_SHARE = 0.01  # of the villages

log = logging.getLogger(__name__)


def expire() -> None:
    """Stops counting what is too old in rolling rounds; once a day is enough."""
    while True:
        with transaction():
            old = counting.expired(pipeline.BATCH)
            pipeline.settle_counting(subjects_of(old))
            on_commit(queue.ring)
        pipeline.refresh_decided()
        if not old:
            return


def forget_files() -> None:
    """Clears away the files of figures that were asked for long ago."""
    with transaction():
        files.forget_old()


def give_out_quarters() -> None:
    """Gives the figures of rolling rounds out, once in each quarter; what is owed comes first.

    What was refused on the way, as with known totals that do not fit, is tried again the next day.
    """
    while pipeline.refresh_figures():
        pass
    with transaction():
        due = quarters.due(today())
    for round_id in due:
        try:
            with transaction():
                made = giving_out.begin_again(db.session.get_one(Round, round_id), OPERATOR)
                release_id = made and made.id
            while release_id and giving_out.advance(release_id):
                pipeline.refresh_decided()
        except Conflict as conflict:  # more came meanwhile; tomorrow is another day
            log.info("The figures of round %s were not given out: %s", round_id, conflict)


def compare_counts() -> None:
    """Holds counts of others against the figures of now; large differences become tasks.

    Those that are gone end by themselves. A round at a time, and what is owed comes first.
    """
    while pipeline.refresh_figures():
        pass
    with transaction():
        due = tasks.rounds_to_compare()
    for round_id in due:
        with transaction():
            round_ = db.session.get_one(Round, round_id)
            tasks.end_resolved(round_)
            tasks.open_tasks(round_)
        pipeline.refresh_decided()


def check_figures(
    share: float = CHECKED_SHARE, tell: Callable[[FigureCheck], None] | None = None
) -> int:
    """Compares the sums of a random share of villages with their raw answers; how many differ.

    `tell` is called after each village, with the check as it stands. What is kept of the communes
    around them is compared with their villages.
    """
    with transaction():
        check, villages, communes = self_check.begin(share)
        check_id = check.id
    steps = [(self_check.check_village, pair) for pair in villages]
    steps += [(self_check.check_commune, pair) for pair in communes]
    for step, pair in steps:
        with transaction():
            check = db.session.get_one(FigureCheck, check_id)
            step(check, pair)
            if tell is not None:
                tell(check)
        pipeline.refresh_decided()
    with transaction():
        check = db.session.get_one(FigureCheck, check_id)
        self_check.finish(check)
        drifted = check.drifted
    if drifted:
        log.error("%s sums differ from their interviews: thonso figures check --last", drifted)
    return drifted
