"""Numbers, shares and dates as readers of the present language write them."""

from datetime import date, datetime
from decimal import Decimal

from babel import dates

from app.clock import PROGRAMME_ZONE
from app.i18n.texts import present_language

NOT_AVAILABLE = "–"
VIETNAMESE_MARKS = str.maketrans(",.", ".,")
DATE_PATTERNS = {"vi": "dd/MM/yyyy", "en": "d MMM yyyy"}

Number = float | int | Decimal


def format_number(value: Number | None, digits: int = 0) -> str:
    """`1.234,5` (en: `1,234.5`) with a fixed count of decimals; a figure not there is a dash."""
    if value is None:
        return NOT_AVAILABLE
    return _written(_exact(value), digits)


def format_percent(value: Number | None, digits: int = 1) -> str:
    """A fraction as per cent: 0.4531 is `45,3%` (en: `45.3%`); a figure not there is a dash."""
    if value is None:
        return NOT_AVAILABLE
    return _written(_exact(value) * 100, digits) + "%"


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


def _written(value: Decimal, digits: int) -> str:
    """By hand: a page has hundreds of numbers, and a locale's patterns cost 0.1 ms for each."""
    text = f"{value:,.{digits}f}"
    if text.startswith("-") and not text.strip("-0.,"):
        text = text[1:]  # no minus before a zero
    return text if present_language() == "en" else text.translate(VIETNAMESE_MARKS)


def _exact(value: Number) -> Decimal:
    # str() gives the digits a person would write, not the binary tail
    return value if isinstance(value, Decimal) else Decimal(str(value))
