"""What changed since another round, and how far one place is from another."""

from datetime import date

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import transaction
from tests import people


@pytest.fixture
def rounds(survey):
    """Three of five say 1, 0, 0 in the first round, and 1, 1, 0 in the second one."""
    with transaction():
        later = programme.open_round(
            survey.project.id, "2026-2", "2", date(2026, 11, 10), None, actor=OPERATOR
        )
        later.review_policy = "approve-unflagged"
    for day, answers in ((None, "100"), (date(2026, 11, 20), "110")):
        for household, fibre in zip(survey.ids[:3], answers, strict=True):
            survey.post(survey.instance(household, fibre=fibre, day=day))
    pipeline.settle()


def test_the_change_has_its_own_error(machine, commune, rounds):
    address = f"/differences?unit={commune.id}&round=2026-2&against=2026-1&indicator=FIBRE"
    (item,) = machine().ask(address)["items"]

    assert (item["figure"]["round"], item["against"]["round"]) == ("2026-2", "2026-1")
    assert item["difference"] == pytest.approx(1 / 3)
    # One of three changed, three of five were asked: 0.4 * (1/3) / 3.
    assert item["se"] == pytest.approx((0.4 / 9) ** 0.5)
    assert (item["df"], len(item["ci"])) == (2, 2)


def test_what_has_no_value_has_no_difference(machine, commune, rounds):
    other = people.unit(people.PLEIKU)
    address = f"/differences?unit={commune.id}&round=2026-1&other={other.id}&indicator=FIBRE"
    (item,) = machine("province_analyst", people.GIA_LAI).ask(address)["items"]

    assert [item.get(name) for name in ("difference", "se", "df", "ci")] == [None] * 4


@pytest.mark.parametrize(
    "more",
    ["", "&against=2026-1&other=1", "&other_code=23872", "&against=1999-1", "&against=2026-2"],
)
def test_one_other_thing_has_to_be_named(machine, commune, rounds, more):
    answer = machine().open(f"/differences?unit={commune.id}{more}")

    assert answer.status_code in {400, 404, 422}, answer.text
    assert answer.json["message"]


def test_who_may_not_see_a_place_gets_no_difference_from_it(machine, commune, rounds):
    other = people.unit(people.PLEIKU)
    machine().ask(f"/differences?unit={commune.id}&other={other.id}", 404)
