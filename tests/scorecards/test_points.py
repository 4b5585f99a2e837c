"""Points by every rule, worked by hand; exact until they are read."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.errors import BadRequest
from app.scorecards.definitions import Criterion, Step
from app.scorecards.points import error_of, exact, points_of, shown
from app.scorecards.reported import number, value_of

STEPS = tuple(Step(Fraction(at), Fraction(at * 5)) for at in (1, 2, 3, 4))


def criterion(rule, points=20, **said):
    return Criterion("C", {"vi": "C"}, Fraction(points), rule, **said)


TARGET = criterion("target", target=Fraction("0.8"))


@pytest.mark.parametrize(
    ("rule", "text", "points"),
    [
        # a/b × points, the commonest
        (criterion("proportional"), "45/60", "15.00"),
        (criterion("proportional"), "1/3", "6.67"),
        (criterion("proportional", 15), "0,285", "4.28"),  # 4.275: halves upwards
        (criterion("proportional"), "100 %", "20.00"),
        (criterion("proportional"), "120%", "20.00"),
        # against a target
        (TARGET, "40%", "10.00"),
        (TARGET, "80%", "20.00"),
        (TARGET, "79,9 %", "19.98"),  # 19.975
        (TARGET, "93%", "20.00"),
        (TARGET, "0", "0.00"),
        # four meetings 20, three 15, two 10, one 5, else none
        (criterion("steps", steps=STEPS), "0", "0.00"),
        (criterion("steps", steps=STEPS), "1", "5.00"),
        (criterion("steps", steps=STEPS), "3", "15.00"),
        (criterion("steps", steps=STEPS), "3,9", "15.00"),
        (criterion("steps", steps=STEPS), "7", "20.00"),
        # so much for each, up to the most
        (criterion("count", 10, each=Fraction("0.5")), "13", "6.50"),
        (criterion("count", 10, each=Fraction("0.5")), "21", "10.00"),
        # who is in charge; yes or no
        (criterion("role", 15), "head", "15.00"),
        (criterion("role", 15), "deputy", "7.50"),
        (criterion("role", 15), "other", "0.00"),
        (criterion("yes_no"), "yes", "20.00"),
        (criterion("yes_no"), "no", "0.00"),
    ],
)
def test_the_rules_of_the_provinces(rule, text, points):
    assert shown(points_of(rule, value_of(rule, text))) == Decimal(points)


def test_points_are_rounded_once_and_not_before_they_are_added():
    thirds = [points_of(criterion("proportional", 10), Fraction(1, 3)) for _ in range(3)]

    assert shown(sum(thirds)) == Decimal("10.00")
    assert sum(map(shown, thirds)) == Decimal("9.99")


@pytest.mark.parametrize(
    ("points", "read"),
    [
        ("4.275", "4.28"),
        ("4.2749999", "4.27"),
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("7", "7.00"),
    ],
)
def test_halves_go_away_from_zero(points, read):
    assert str(shown(Fraction(points))) == read


def test_a_sums_binary_tail_does_not_decide_a_half():
    share = 0.1 + 0.1 + 0.085  # 0.28500000000000003
    below = 0.285 - 5e-17

    assert exact(share) == exact(below) == Fraction("0.285")


@pytest.mark.parametrize(
    "text",
    ["", "x", "-1", "1.200", "12,500,000", "1/0", "50/40", "1/", "/2", "75", "1e3", "½", "٣", "nan",
     "99999999999999", "1" * 50, "5 5", "%"],
)  # fmt: skip
def test_what_is_no_share_is_refused_in_words(text):
    with pytest.raises(BadRequest) as refusal:
        value_of(criterion("proportional"), text)

    assert str(refusal.value)


@pytest.mark.parametrize(("rule", "text"), [("role", "yes"), ("yes_no", "1"), ("role", "")])
def test_an_answer_is_one_of_those_offered(rule, text):
    with pytest.raises(BadRequest):
        value_of(criterion(rule), text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", "12"), ("0,5", "0.5"), ("0.5", "0.5"), ("83 %", "0.83"), ("91,6%", "0.916")],
)
def test_numbers_as_people_write_them(text, value):
    assert number(text) == Fraction(value)


@pytest.mark.parametrize(
    ("rule", "value", "se", "error"),
    [
        (criterion("proportional"), "0.5", "0.02", 0.4),  # 20 points over 1: slope 20
        (TARGET, "0.5", "0.02", 0.5),  # 20 points over 0.8: slope 25
        (TARGET, "0.5", "0", 0),
        # At the target what may be below it counts in full, what is above not at all.
        (TARGET, "0.8", "0.02", 0.5),
        # 0.81 - 1.96 · 0.02 = 0.7708: (20 - 19.27) / 1.96
        (TARGET, "0.81", "0.02", 0.73 / 1.96),
        (TARGET, "0.95", "0.02", 0),  # 7.5 standard errors above
        # One step lies within reach: 5 points / 1.96.
        (criterion("steps", steps=STEPS), "3.1", "0.1", 5 / 1.96),
        (criterion("steps", steps=STEPS), "3.5", "0.1", 0),
    ],
)
def test_the_error_of_points(rule, value, se, error):
    assert float(error_of(rule, Fraction(value), Fraction(se))) == pytest.approx(error)
