"""What workers run: thin, idempotent, and safe to run twice at once."""

from app import daily
from app.jobs.second_reader import SecondReader
from app.pace import Pace
from app.pipeline import settle as settle_what_is_owed

# A worker runs its jobs in one process, one after the other: they share its pace.
PACE = Pace(shortest=1.0)
SECOND_READER = SecondReader()


def settle() -> None:
    """Processes everything that is owed, interviews first, then figures."""
    settle_what_is_owed(PACE, SECOND_READER.call)


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
