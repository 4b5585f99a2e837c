"""Numbers, shares and dates as readers of the present language write them."""

from datetime import date, datetime
from decimal import Decimal

from babel import dates, numbers

from app.clock import PROGRAMME_ZONE
from app.i18n.texts import present_language

NOT_AVAILABLE = "–"
DATE_PATTERNS = {"vi": "dd/MM/yyyy", "en": "d MMM yyyy"}

Number = float | int | Decimal


def format_number(value: Number | None, digits: int = 0) -> str:
    """`1.234,5` (en: `1,234.5`) with a fixed count of decimals; a figure not there is a dash."""
    if value is None:
        return NOT_AVAILABLE
    return numbers.format_decimal(_exact(value), format=_pattern(digits), locale=present_language())


def format_percent(value: Number | None, digits: int = 1) -> str:
    """A fraction as per cent: 0.4531 is `45,3%` (en: `45.3%`); a figure not there is a dash."""
    if value is None:
        return NOT_AVAILABLE
    pattern = _pattern(digits) + "%"
    return numbers.format_percent(_exact(value), format=pattern, locale=present_language())


def format_date(value: date | datetime | None) -> str:
    """`05/07/2026` (en: `5 Jul 2026`); an instant is shown as the programme's calendar date."""
    if value is None:
        return NOT_AVAILABLE
    if isinstance(value, datetime):
        value = value.astimezone(PROGRAMME_ZONE).date()
    language = present_language()
    return dates.format_date(value, DATE_PATTERNS[language], locale=language)


def format_instant(value: datetime | None) -> str:
    """`05/07/2026 14:03`, in the programme's time zone."""
    if value is None:
        return NOT_AVAILABLE
    return f"{format_date(value)} {value.astimezone(PROGRAMME_ZONE):%H:%M}"


def _pattern(digits: int) -> str:
    return "#,##0." + "0" * digits if digits else "#,##0"


def _exact(value: Number) -> Decimal:
    return Decimal(str(value))  # str() gives the digits a person would write, not the binary tail
