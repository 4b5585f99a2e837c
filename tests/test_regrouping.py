"""Villages that merge and split, with their households, phones and figures."""

import itertools
from datetime import date

import pytest
from flask import Flask

from app import pipeline, regrouping
from app.db import db, driver, transaction
from app.errors import BadRequest, Conflict
from app.households.moves import Point, where_they_are
from app.org_units import crosswalk
from app.org_units.changes import Decision, Newcomer
from app.org_units.queries import find_village
from app.submissions.models import Submission
from tests import people
from tests.survey import Survey, start_survey

MAY = Decision(date(2026, 5, 1), "Nghị quyết 12/NQ-HĐND")


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey(households=4)


def merged(survey: Survey) -> tuple[regrouping.Effects, list[str]]:
    other = survey.add_village("Mook Trang")
    codes = survey.register(2, other)
    for code in survey.ids:
        survey.post(survey.instance(code, fibre="1"))
    survey.post(survey.instance(codes[0], village=str(other.public_id), fibre="0"))
    pipeline.settle()
    with transaction():
        effects = regrouping.merge([survey.village.id, other.id], Newcomer("Mook", "làng"), MAY)
    pipeline.settle()
    return effects, codes


def test_households_and_phones_go_with_merged_villages(survey):
    before = survey.figure(unit=people.unit(people.IA_DOM)) if survey.ids else None
    assert before is not None

    effects, codes = merged(survey)

    (made,) = effects.made
    assert [unit.name for unit in effects.ended] == ["Mook Đen", "Mook Trang"]
    assert (effects.households, effects.phones, effects.people) == (6, 1, 0)
    # Numbers that two households had are told apart; who comes first by code keeps it.
    assert {place.number for place in where_they_are([made.id]).values()} == {1, 2, 3, 4, 5, 6}
    # The interviews of before are still the commune's, and new ones come from the phone as before.
    commune = survey.figure(unit=people.unit(people.IA_DOM))
    assert (commune.n, commune.broken) == (5, None)
    survey.send(survey.instance(codes[1], village=str(survey.village.public_id), fibre="1"))
    submission = db.session.scalars(db.select(Submission).order_by(Submission.id.desc())).first()
    assert (submission.unit_id, submission.state) == (made.id, "approved")


def test_a_merge_is_previewed_without_a_trace_and_undone_without_a_trace(survey):
    other = survey.add_village("Mook Trang")
    survey.register(2, other)
    with transaction():
        effects = regrouping.preview(
            lambda: regrouping.merge([survey.village.id, other.id], Newcomer("Mook", "làng"), MAY)
        )
    assert (effects.made[0].name, effects.households) == ("Mook", 6)
    assert find_village(survey.village.public_id).valid_to is None
    grants = "select count(*) from role_grants"
    homes = where_they_are([survey.village.id, other.id])
    held = driver().execute(grants).fetchone()

    with transaction():
        done = regrouping.merge([survey.village.id, other.id], Newcomer("Mook", "làng"), MAY)
    pipeline.settle()
    with transaction():
        regrouping.take_back(done.event.id, "operator")

    assert find_village(survey.village.public_id).valid_to is None
    assert where_they_are([survey.village.id, other.id]) == homes
    assert driver().execute(grants).fetchone() == held


def test_what_was_interviewed_meanwhile_holds_a_merge_fast(survey):
    effects, _ = merged(survey)
    (made,) = effects.made
    with transaction():
        people.person("commune_reviewer", made, of=survey.project)

    with pytest.raises(Conflict, match="Mook"), transaction():
        regrouping.take_back(effects.event.id, "operator")
    assert find_village(made.public_id) is not None


def test_interviews_of_the_new_village_hold_a_merge_fast(survey):
    effects, codes = merged(survey)
    (made,) = effects.made
    survey.send(survey.instance(codes[1], village=str(made.public_id), fibre="1"))

    with pytest.raises(Conflict, match="Interviews were taken in at Mook"), transaction():
        regrouping.take_back(effects.event.id, "operator")
    assert find_village(made.public_id) is not None


PARTS = [
    Newcomer("Mook Đông", "làng", longitude=107.60, latitude=13.80),
    Newcomer("Mook Tây", "làng", longitude=107.50, latitude=13.80),
]


def test_a_split_sends_each_household_where_the_list_or_its_point_says(survey):
    one, two, three, four = survey.ids
    houses = {
        one: "Mook Đông", two: "Mook Tây",
        three: Point(107.58, 13.81), four: Point(107.51, 13.79),
    }  # fmt: skip

    with transaction():
        effects = regrouping.split(survey.village.id, PARTS, MAY, houses)

    east, west = effects.made
    rows = driver().execute("select code, village_id from households order by code").fetchall()
    assert dict(rows) == {one: east.id, two: west.id, three: east.id, four: west.id}
    assert effects.phones == 1
    assert crosswalk.on_date(survey.village.id, MAY.on)[0].extent == "part"


def test_a_split_by_gps_takes_the_registered_points_of_those_the_list_leaves_out(survey):
    one, *others = survey.ids
    points = zip(others, (107.58, 107.51, 107.52), strict=True)
    with transaction():
        for code, longitude in points:
            driver().execute(
                "insert into household_labels (household_id, longitude, latitude)"
                " select id, %s, 13.8 from households where code = %s"
                " on conflict (household_id) do update set longitude = excluded.longitude,"
                " latitude = excluded.latitude",
                (longitude, code),
            )

    with pytest.raises(BadRequest, match=one), transaction():
        regrouping.split(survey.village.id, PARTS, MAY, by_gps=True)
    with transaction():
        effects = regrouping.split(survey.village.id, PARTS, MAY, {one: "Mook Đông"}, by_gps=True)

    east, west = effects.made
    assert effects.spread == {east.id: 2, west.id: 2}


def test_changes_are_listed_to_those_in_whose_territory_they_are(survey):
    with transaction():
        effects = regrouping.rename(survey.village.id, "Mook Mới", MAY)
        here, elsewhere = (people.actor("auditor", code, of=survey.project)
                           for code in (people.IA_DOM, people.PLEIKU))  # fmt: skip

    assert [event.id for event in regrouping.list_changes(here)] == [effects.event.id]
    assert regrouping.list_changes(elsewhere) == []


@pytest.mark.parametrize(
    ("houses", "refusal"),
    [
        ({}, "4 households have no new village"),
        (dict.fromkeys(range(4), "Mook Tây"), "nothing is divided"),
        (dict.fromkeys(range(4), "Mook Nam"), "none of the new villages"),
    ],
)
def test_never_are_all_put_on_one_side(survey, houses, refusal):
    said = {survey.ids[number]: place for number, place in houses.items()}

    with pytest.raises(BadRequest, match=refusal), transaction():
        regrouping.split(survey.village.id, PARTS, MAY, said)
    assert survey.village.valid_to is None


def test_after_a_split_the_commune_keeps_what_was_said_before(survey):
    for code in survey.ids:
        survey.post(survey.instance(code, fibre="1"))
    pipeline.settle()
    places = itertools.cycle(["Mook Đông", "Mook Tây"])
    with transaction():
        regrouping.split(survey.village.id, PARTS, MAY, dict(zip(survey.ids, places, strict=False)))
    pipeline.settle()

    commune = survey.figure(unit=people.unit(people.IA_DOM))
    assert (commune.n, commune.value, commune.broken) == (4, 1.0, None)
