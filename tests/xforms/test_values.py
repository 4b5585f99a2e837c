"""Texts become values by the question's type, or are no such value."""

import datetime as dt
import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.xforms.values import CASTS, Value, cast_value


@pytest.mark.parametrize(
    ("type_word", "text", "value"),
    [
        ("integer", "-12", -12),
        ("integer", "+007", 7),
        ("decimal", "3", 3.0),
        ("decimal", ".5e1", 5.0),
        ("range", "4", 4),
        ("range", "4.5", 4.5),
        ("date", "2026-02-28", "2026-02-28"),
        ("time", "07:30:00.000+07:00", "07:30:00.000+07:00"),
        ("time", "07:30", "07:30"),
        ("dateTime", "2026-02-28T07:30:00.000+07", "2026-02-28T07:30:00.000+07"),
        ("start", "2026-02-28T07:30:00Z", "2026-02-28T07:30:00Z"),
        ("geopoint", "13.8 107.5 650.0 4.9", [13.8, 107.5, 650.0, 4.9]),
        ("geopoint", "13.8 107.5", [13.8, 107.5, None, None]),
        ("geotrace", "1 2 0 0; 3 4 0 0;", [[1.0, 2.0, 0.0, 0.0], [3.0, 4.0, 0.0, 0.0]]),
        ("select_multiple", "phone  radio", ["phone", "radio"]),
        ("rank", "b a", ["b", "a"]),
        ("select_one", "1", "1"),
        ("text", "NaN", "NaN"),
        ("calculate", "3", "3"),
    ],
)
def test_a_value_is_read(type_word: str, text: str, value: Value) -> None:
    assert cast_value(text, type_word) == value
    assert type(cast_value(text, type_word)) is type(value)


@pytest.mark.parametrize(
    ("type_word", "text"),
    [
        ("integer", "3.0"),
        ("integer", "1_000"),
        ("integer", "٣"),
        ("integer", "9" * 19),
        ("integer", "9" * 5000),
        ("decimal", "NaN"),
        ("decimal", "Infinity"),
        ("decimal", "1e999"),
        ("decimal", "1,5"),
        ("decimal", "."),
        ("range", "many"),
        ("date", "2026-02-30"),
        ("date", "20260228"),
        ("date", "2026-W01-1"),
        ("today", "today"),
        ("time", "25:00"),
        ("time", "07:30:61"),
        ("time", "07"),
        ("dateTime", "2026-02-28"),
        ("dateTime", "2026-02-28 07:30"),
        ("geopoint", "91 0 0 0"),
        ("geopoint", "0 181 0 0"),
        ("geopoint", "1"),
        ("geopoint", "1 2 3 4 5"),
        ("geopoint", "a b"),
        ("geoshape", "1 2; x"),
    ],
)
def test_what_is_no_such_value_is_told(type_word: str, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of which the caller has the text
        cast_value(text, type_word)


@given(st.integers(-(10**17), 10**17))
def test_integers_come_back(number: int) -> None:
    assert cast_value(str(number), "integer") == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_decimals_come_back(number: float) -> None:
    assert cast_value(repr(number), "decimal") == number


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_moments_stay_as_they_were_sent(moment: dt.datetime) -> None:
    assert cast_value(moment.isoformat(), "dateTime") == moment.isoformat()
    assert cast_value(moment.date().isoformat(), "date") == moment.date().isoformat()
    assert cast_value(moment.time().isoformat(), "time") == moment.time().isoformat()


@given(st.sampled_from(sorted(CASTS)), st.text(max_size=30))
def test_any_text_is_a_value_that_json_can_hold_or_a_value_error(type_word: str, text: str) -> None:
    try:
        value = cast_value(text, type_word)
    except ValueError:
        return
    assert orjson.dumps(value)
    assert not isinstance(value, float) or math.isfinite(value)
