"""A round that contradicts itself is refused in words."""

from datetime import date

import pytest

from app.errors import BadRequest
from app.rounds.plan import RoundPlan, check_code

FIRST, LAST = date(2026, 3, 1), date(2026, 5, 31)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"name": " "}, "needs a name"),
        ({"ends_on": date(2026, 2, 1)}, "ends before it starts"),
        ({"design": "quota"}, "census, sample"),
        ({"valid_for": 0}, "1 to 120 months"),
        ({"valid_for": 12, "ends_on": LAST}, "no last day"),
        ({"ends_on": LAST, "frozen_on": date(2026, 5, 1)}, "frozen before it ends"),
        ({"deadlines": ((LAST, " "),)}, "what is due"),
    ],
)
def test_contradictions(settings, words):
    with pytest.raises(BadRequest, match=words):
        RoundPlan(**{"name": "Đợt 1", "starts_on": FIRST, **settings})


@pytest.mark.parametrize("code", ["", "a b", "x" * 41, "a/b", "a\n"])
def test_a_code_fits_into_an_address(code):
    with pytest.raises(BadRequest):
        check_code(code)
    assert check_code("2026-1") == "2026-1"
