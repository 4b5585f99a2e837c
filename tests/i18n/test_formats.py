"""Numbers, shares and dates as Vietnamese and English readers write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from jinja2 import Environment

from app.i18n import (
    format_date,
    format_instant,
    format_number,
    format_percent,
    in_language,
)
from app.i18n.templates import install


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [
        (0, 0, "0", "0"),
        (1234, 0, "1.234", "1,234"),
        (1234567.891, 2, "1.234.567,89", "1,234,567.89"),
        (4.2, 1, "4,2", "4.2"),
        (4, 1, "4,0", "4.0"),
        (-0.5, 1, "-0,5", "-0.5"),
        (Decimal("2.50"), 2, "2,50", "2.50"),
        (1e-9, 1, "0,0", "0.0"),
        (None, 1, "–", "–"),
    ],
)
def test_numbers(value, digits, vi, en):
    with in_language("vi"):
        assert format_number(value, digits) == vi
    with in_language("en"):
        assert format_number(value, digits) == en


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [
        (0.4531, 1, "45,3%", "45.3%"),
        (1, 0, "100%", "100%"),
        (0.125, 1, "12,5%", "12.5%"),
        (12.5, 0, "1.250%", "1,250%"),
        (0, 1, "0,0%", "0.0%"),
        (None, 1, "–", "–"),
    ],
)
def test_shares(value, digits, vi, en):
    with in_language("vi"):
        assert format_percent(value, digits) == vi
    with in_language("en"):
        assert format_percent(value, digits) == en


def test_dates():
    day = date(2026, 7, 5)

    with in_language("vi"):
        assert format_date(day) == "05/07/2026"
        assert format_date(None) == "–"
    with in_language("en"):
        assert format_date(day) == "5 Jul 2026"


def test_instants_are_shown_in_the_programmes_time():
    late = datetime(2026, 7, 5, 18, 30, tzinfo=UTC)  # already the 6th in Hà Nội

    with in_language("vi"):
        assert format_date(late) == "06/07/2026"
        assert format_instant(late) == "06/07/2026 01:30"
        assert format_instant(None) == "–"


def test_templates_know_texts_and_formats():
    environment = Environment(autoescape=True)
    install(environment)
    template = environment.from_string(
        "{{ _('There is already a surveyor %(username)s.', username=name) }}"
        " {{ 1234.5 | number(1) }} {{ 0.5 | percent }} {{ day | date }} {{ present_language() }}"
    )

    with in_language("vi"):
        shown = template.render(name="<lan>", day=date(2026, 7, 5))

    assert shown == "Đã có điều tra viên &lt;lan&gt;. 1.234,5 50,0% 05/07/2026 vi"
