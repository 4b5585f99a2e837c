"""The registry follows the listing interviews that count."""

from datetime import date

import pytest
from flask import Flask

from app import pipeline, programme
from app.accounts.actors import OPERATOR, Actor
from app.db import db, driver, transaction
from app.forms.source import FormSource
from app.submissions.models import Submission
from tests import people
from tests.survey import Survey, new_id, start_survey

LISTING = """
| survey |
| | type    | name       | label     | pii      | registry |
| | today   | today      |           |          |          |
| | text    | village_id | Village   |          |          |
| | text    | hh_code    | Household |          |          |
| | integer | hh_no      | Number    |          | number   |
| | text    | head       | Name      | personal | label    |
| | integer | n15        | Adults    |          | n15      |
| | integer | lived_in   | Lived in  |          |          |
| settings |
| | form_id | version | form_title | org_unit   | household_key | registers  | registers_when  |
| | list    | 1       | Listing    | village_id | hh_code       | households | ${lived_in} = 1 |
"""


@pytest.fixture
def survey(app: Flask) -> Survey:
    survey = start_survey(policy="hold-all", households=0)
    programme.publish(survey.project.id, FormSource("list.md", LISTING.encode()), OPERATOR)
    return survey


@pytest.fixture
def reviewer(survey: Survey) -> Actor:
    with transaction():
        return people.actor("commune_reviewer", of=survey.project)


def listing(
    survey: Survey,
    code: str = "A-1",
    edits: str | None = None,
    *,
    day: str = "2026-11-01",
    **said: object,
) -> bytes:
    said = {"hh_no": 1, "head": "H'Lan", "n15": 3, "lived_in": 1, **said}
    answers = "".join(f"<{name}>{value}</{name}>" for name, value in said.items())
    deprecated = f"<deprecatedID>{edits}</deprecatedID>" if edits else ""
    return (
        f'<data id="list" version="1"><today>{day}</today>'
        f"<village_id>{survey.village.public_id}</village_id><hh_code>{code}</hh_code>{answers}"
        f"<meta><instanceID>{new_id()}</instanceID>{deprecated}</meta></data>"
    ).encode()


def send(survey: Survey, xml: bytes) -> int:
    """The submission that was made or edited."""
    survey.send(xml)
    db.session.expire_all()
    return db.session.query(Submission).order_by(Submission.current_pk.desc()).first().id


def decide(submission_id: int, state: str, reviewer: Actor) -> None:
    with transaction():
        pipeline.decide(submission_id, state, "why", reviewer)
    pipeline.settle()


def registry() -> list[tuple[object, ...]]:
    rows = driver().execute(
        "select h.code, h.number, h.n15, l.label from households h"
        " left join household_labels l on l.household_id = h.id order by h.code"
    )
    return rows.fetchall()


def test_a_household_enters_with_the_approval_of_its_listing_and_leaves_with_it(survey, reviewer):
    one = send(survey, listing(survey))
    assert registry() == []
    decide(one, "approved", reviewer)
    assert registry() == [("A-1", 1, 3, "H'Lan")]
    decide(one, "received", reviewer)
    assert registry() == []


def test_the_frame_of_the_village_follows(survey, reviewer):
    decide(send(survey, listing(survey)), "approved", reviewer)
    assert survey.figure().base.expected == 1


def test_a_house_where_nobody_lives_is_not_registered(survey, reviewer):
    decide(send(survey, listing(survey, lived_in=2)), "approved", reviewer)
    assert registry() == []


def test_of_two_listings_the_first_approved_one_counts_until_it_does_not(survey, reviewer):
    first, second = (send(survey, listing(survey, n15=n15)) for n15 in (3, 4))
    for one in (second, first):
        decide(one, "approved", reviewer)
    assert registry() == [("A-1", 1, 4, "H'Lan")]
    decide(second, "rejected", reviewer)
    assert registry() == [("A-1", 1, 3, "H'Lan")]


def test_the_listing_of_the_newest_round_holds(survey, reviewer):
    decide(send(survey, listing(survey, n15=3)), "approved", reviewer)
    with transaction():
        db.session.merge(survey.round).ends_on = date(2026, 10, 31)
        programme.open_round(
            survey.project.id, "2026-2", "2", date(2026, 11, 1), None, actor=OPERATOR
        )
    newer = send(survey, listing(survey, n15=4))
    decide(newer, "approved", reviewer)
    assert registry() == [("A-1", 1, 4, "H'Lan")]
    decide(newer, "rejected", reviewer)
    assert registry() == [("A-1", 1, 3, "H'Lan")]


def test_an_edit_may_give_the_house_its_right_code(survey, reviewer):
    decide(send(survey, listing(survey, "A-2", n15=9)), "approved", reviewer)
    wrong = listing(survey, "A-2", n15=5)
    one = send(survey, wrong)
    with transaction():
        pipeline.decide(one, "approved", None, reviewer)
        pipeline.prefer(one, reviewer)
    assert registry() == [("A-2", 1, 5, "H'Lan")]
    before = wrong.partition(b"<instanceID>")[2].partition(b"<")[0].decode()
    decide(send(survey, listing(survey, "A-3", hh_no=3, n15=5, edits=before)), "approved", reviewer)
    assert registry() == [("A-2", 1, 9, "H'Lan"), ("A-3", 3, 5, "H'Lan")]


@pytest.mark.parametrize("wrong", ["many", "99999999999", "-1"])
def test_an_answer_that_is_no_number_does_not_stand_in_the_way(survey, reviewer, wrong):
    decide(send(survey, listing(survey, n15=wrong)), "approved", reviewer)
    assert registry() == [("A-1", 1, None, "H'Lan")]


def test_an_imported_household_stays_as_it_is(survey, reviewer):
    with transaction():
        driver().execute(
            "insert into households (project_id, code, village_id, n15) values (%s, 'A-1', %s, 7)",
            (survey.project.id, survey.village.id),
        )
    one = send(survey, listing(survey))
    decide(one, "approved", reviewer)
    decide(one, "rejected", reviewer)
    assert registry() == [("A-1", None, 7, None)]


def test_listings_leave_versions_without_names(survey, reviewer):
    first = send(survey, listing(survey))
    decide(first, "approved", reviewer)
    second = send(survey, listing(survey, n15=5))
    decide(second, "approved", reviewer)
    with transaction():
        pipeline.prefer(second, reviewer)
    for one in (second, first):
        decide(one, "rejected", reviewer)
    versions = driver().execute(
        "select kind, before #> '{household,n15}', after #> '{household,n15}', changed_by,"
        " coalesce(before, after) -> 'personal' from household_changes order by id"
    )
    assert versions.fetchall() == [
        ("listing", None, 3, f"submission:{first}", {}),
        ("listing", 3, 5, f"submission:{second}", {}),
        ("listing", 5, 3, f"submission:{first}", {}),
        ("listing", 3, None, f"submission:{first}", {}),
    ]
