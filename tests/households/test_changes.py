"""Moves, merges and splits by hand: what follows, and the way back."""

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.errors import BadRequest, Conflict, NotFound
from app.households import changes
from app.households.duplicates import MOST_PAIRS, find_pairs, keep_apart
from app.households.models import Household
from app.households.queries import history
from tests import people
from tests.survey import Survey, start_survey


@pytest.fixture
def survey(app) -> Survey:
    return start_survey(households=3)


@pytest.fixture
def other(survey):
    return survey.add_village("Mook Trang")


def change(survey, kind, *which, actor=OPERATOR):
    with transaction():
        done = programme.change_household(survey.project.id, kind, *which, actor=actor)
        number = done.id
    pipeline.settle()
    return number


def standing():
    db.session.expire_all()
    rows = db.session.query(Household.code, Household.village_id, Household.number)
    return {code: (village, number) for code, village, number in rows}


def frames(survey, *villages):
    return [survey.figure(unit=village).base.expected for village in villages]


def test_a_moved_household_keeps_its_code_and_changes_frames(survey, other):
    before = standing()
    number = change(survey, changes.move, survey.ids[0], other.id, None)

    assert standing()[survey.ids[0]] == (other.id, 1)
    assert frames(survey, survey.village, other) == [2, 1]
    change(survey, changes.undo, number)
    assert standing() == before
    assert frames(survey, survey.village, other) == [3, 0]


def test_a_taken_number_is_refused(survey, other):
    change(survey, changes.move, survey.ids[0], other.id, 5)
    with pytest.raises(Conflict, match="number 5"):
        change(survey, changes.move, survey.ids[1], other.id, 5)


def test_of_two_rows_that_are_one_household_one_goes_and_can_come_back(survey):
    number = change(survey, changes.merge, survey.ids[1], survey.ids[0])
    assert sorted(standing()) == [survey.ids[0], survey.ids[2]]
    assert frames(survey, survey.village) == [2]
    with pytest.raises(BadRequest):
        change(survey, changes.merge, survey.ids[0], survey.ids[0])

    change(survey, changes.undo, number)
    assert sorted(standing()) == survey.ids
    with pytest.raises(Conflict, match="changed again"):
        change(survey, changes.undo, number)


def test_a_household_becomes_two(survey):
    number = change(survey, changes.split, survey.ids[0], "Con trai ông Páo")
    fresh = f"{survey.village.public_id}-0004"
    assert standing()[fresh] == (survey.village.id, 4)
    versions = history(survey.project.id, survey.ids[0], actor=OPERATOR)
    assert [(one.code, one.kind, one.other) for one in versions] == [
        (fresh, "split", survey.ids[0])
    ]
    change(survey, changes.undo, number)
    assert sorted(standing()) == survey.ids


def test_a_new_half_that_was_interviewed_stays(survey):
    number = change(survey, changes.split, survey.ids[0], None)
    survey.send(survey.instance(f"{survey.village.public_id}-0004"))

    with pytest.raises(Conflict, match="stays"):
        change(survey, changes.undo, number)


def test_the_later_change_is_undone_first(survey, other):
    first = change(survey, changes.move, survey.ids[0], other.id, None)
    second = change(survey, changes.move, survey.ids[0], survey.village.id, None)
    with pytest.raises(Conflict, match="later"):
        change(survey, changes.undo, first)
    change(survey, changes.undo, second)
    change(survey, changes.undo, first)
    assert standing()[survey.ids[0]] == (survey.village.id, 1)


def test_somebody_elses_household_is_not_there(survey, other):
    with transaction():
        lead = people.actor("commune_lead", people.PLEIKU, of=survey.project)
    for kind, which in (
        (changes.move, (survey.ids[0], other.id, None)),
        (changes.merge, (survey.ids[0], survey.ids[1])),
        (changes.split, (survey.ids[0], None)),
    ):
        with pytest.raises(NotFound):
            change(survey, kind, *which, actor=lead)
    number = change(survey, changes.split, survey.ids[0], None)
    with pytest.raises(NotFound):
        change(survey, changes.undo, number, actor=lead)
    assert list(history(survey.project.id, survey.ids[0], actor=lead)) == []


def test_what_may_be_one_household_waits_in_a_queue_until_somebody_decides(survey, other):
    head = "village,number,label,phone,latitude,longitude"
    here, there = survey.village.public_id, other.public_id
    rows = (
        f"{here},11,Ông Páo,0912345678,13.98,108.0",
        f"{here},12,ong PAO,,13.9801,108.0",  # 11 metres away
        f"{here},13,Bà Mẩy,,13.9804,108.0",  # 33 metres from the one before
        f"{there},1,Ông Páo,0912345678,,",  # the name of another village means nothing
    )
    with transaction():
        programme.import_households(
            survey.project.id, "\n".join([head, *rows]).encode(), "ho.csv", actor=OPERATOR
        )

    def pairs():
        found = find_pairs(survey.project.id, survey.village.id, actor=OPERATOR)
        return [(pair.one[-4:], pair.other[-4:], pair.reasons) for pair in found]

    found = pairs()
    assert found[0] == ("0011", "0012", ("name", "place"))
    assert [reasons for *_, reasons in found] == [("name", "place"), ("phone",)]
    with transaction():
        keep_apart(survey.project.id, f"{here}-0012", f"{here}-0011", actor=OPERATOR)
    assert [reasons for *_, reasons in pairs()] == [("phone",)]


def test_a_reader_sees_the_pairs_of_their_own_commune_however_many_others_there_are(survey):
    """In a province-wide hamlet list many share one telephone; one pair is the reader's alone."""
    with transaction():
        village = people.village("Làng Pleiku", people.PLEIKU)
        lead = people.actor("commune_lead", people.PLEIKU, of=survey.project)
        province = people.unit(people.GIA_LAI)
    here, there = survey.village.public_id, village.public_id
    rows = [f"{here},{number},Hộ chung,0900000000" for number in range(11, 41)]
    rows += [f"{there},1,Bà Mẩy,0912345678", f"{there},2,Bà Mẩy,", f"{there},3,Ông Dí,0900000000"]
    with transaction():
        programme.import_households(
            survey.project.id,
            "\n".join(["village,number,label,phone", *rows]).encode(),
            "ho.csv",
            actor=OPERATOR,
        )

    everything = find_pairs(survey.project.id, province.id, actor=OPERATOR)
    [own] = find_pairs(survey.project.id, province.id, actor=lead)

    assert len(everything) == MOST_PAIRS
    assert (own.one, own.other, own.reasons) == (f"{there}-0001", f"{there}-0002", ("name",))
    assert own not in everything
