"""What workers run: thin, idempotent, and safe to run twice at once."""

from app import daily
from app.indicators import giving_out
from app.jobs.beside import Beside
from app.pace import Pace
from app.pipeline import BATCH, process_inbox
from app.pipeline import settle as settle_what_is_owed

# A worker runs its jobs in one process, one after the other: they share its pace.
PACE = Pace(shortest=1.0)
# One computes while PostgreSQL works for the other.
SECOND_READER = Beside("second reader", lambda: process_inbox() == BATCH)
# Of a province each step takes seconds, which neither phones nor reviewers should wait for.
GIVES_OUT = Beside("giver-out of figures", giving_out.carry_on)


def settle() -> None:
    """Processes everything that is owed, interviews first, then figures."""
    settle_what_is_owed(PACE, SECOND_READER.call, _give_out)


def _give_out() -> None:
    if giving_out.are_making():
        GIVES_OUT.call()


def expire() -> None:
    """Stops counting what is too old in rolling rounds; gives their figures out each quarter.

    Clears away files of figures that are too old.
    """
    daily.forget_files()
    daily.expire()
    daily.give_out_quarters()


def check_figures() -> None:
    """Compares some villages' sums with their raw answers."""
    daily.check_figures()


def compare_counts() -> None:
    """Opens tasks for large differences from counts of others, and ends those that are gone."""
    daily.compare_counts()
