"""What workers run: thin, idempotent, and safe to run twice at once."""

from app.jobs.second_reader import SecondReader
from app.pace import Pace
from app.pipeline import check_figures as check_a_share_of_figures
from app.pipeline import compare_counts as compare_with_counts_of_others
from app.pipeline import expire as expire_what_is_too_old
from app.pipeline import give_out_quarters
from app.pipeline import settle as settle_what_is_owed

# A worker runs its jobs in one process, one after the other: they share its pace.
PACE = Pace(shortest=1.0)
SECOND_READER = SecondReader()


def settle() -> None:
    """Processes everything that is owed, interviews first, then figures."""
    settle_what_is_owed(PACE, SECOND_READER.call)


def expire() -> None:
    """Stops counting what is too old in rolling rounds; gives their figures out each quarter."""
    expire_what_is_too_old()
    give_out_quarters()


def check_figures() -> None:
    """Compares some villages' sums with their raw answers."""
    check_a_share_of_figures()


def compare_counts() -> None:
    """Opens tasks for large differences from counts of others, and ends those that are gone."""
    compare_with_counts_of_others()
