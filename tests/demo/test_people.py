from collections import Counter
from statistics import mean

import pytest

from app.demo.people import OCCUPIED, Household, invent_households
from app.demo.places import COMMUNES, VILLAGES, shares

SEED, YEAR = 3, 2026


@pytest.fixture(scope="module")
def households() -> list[Household]:
    return list(invent_households(SEED, 1000, YEAR))


def test_the_same_seed_invents_the_same_people(households):
    assert list(invent_households(SEED, 1000, YEAR)) == households
    assert list(invent_households(SEED + 1, 1000, YEAR)) != households


def test_more_households_leave_the_earlier_ones_as_they_were(households):
    more = {house.key: house for house in invent_households(SEED, 1200, YEAR)}

    assert all(more[house.key] == house for house in households)


@pytest.mark.parametrize("number", [40, 41, 400, 9999])
def test_every_village_gets_its_share_of_the_dwellings(number):
    shared = shares(number)

    assert sum(shared.values()) == number
    assert set(shared) == {village.key for village in VILLAGES}
    assert min(shared.values()) >= 1


def test_villages_lie_in_real_communes_of_gia_lai():
    assert {village.commune for village in VILLAGES} == set(COMMUNES)
    assert "23872" in COMMUNES  # Ia Dom
    assert len({village.key for village in VILLAGES}) == len(VILLAGES)


def test_only_people_of_fifteen_or_more_are_members(households):
    members = [member for house in households for member in house.members]

    assert min(member.age for member in members) == 15
    assert max(member.age for member in members) < 115
    assert all(member.birth_year == YEAR - member.age for member in members)
    assert {member.sex for member in members} == {"1", "2"}


def test_households_are_believable(households):
    lived_in = [house for house in households if house.dwelling == OCCUPIED]
    sizes = [house.size for house in lived_in]

    assert 0.88 < len(lived_in) / len(households) < 0.97
    assert 3.0 < mean(sizes) < 4.5
    assert max(sizes) <= 12
    assert any(not house.members for house in lived_in)  # children on their own
    assert all(house.head and house.size for house in lived_in)
    assert {"1", "2", "3"} == {house.poor for house in lived_in}
    assert not any(house.members for house in households if house.dwelling != OCCUPIED)


def test_better_off_households_are_less_often_poor(households):
    means = {
        poor: mean(house.means for house in households if house.poor == poor) for poor in "123"
    }

    assert means["1"] < means["2"] < means["3"]
    assert Counter(house.poor for house in households)["3"] > 500
