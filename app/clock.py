"""The one clock: instants in UTC, and the calendar of the programme."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PROGRAMME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present instant, with its zone (UTC)."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date where the programme runs."""
    return datetime.now(PROGRAMME_ZONE).date()


def local_date(instant: datetime) -> date:
    """The programme's calendar date of an instant."""
    return instant.astimezone(PROGRAMME_ZONE).date()
