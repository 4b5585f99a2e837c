"""By what phones know households: ids that last, and what a phone is told to forget."""

import pytest
from flask import Flask

from app import pipeline, programme
from app.accounts.actors import OPERATOR, Actor, app_user_actor
from app.db import driver, transaction
from app.errors import Conflict
from app.forms.source import FormSource
from app.households import changes
from app.households.identities import gone_among
from tests import people
from tests.households.test_register import LISTING, decide, send
from tests.survey import Survey, new_id, start_survey

MADE, TOO = "3fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f111", "4fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f222"
OFFLINE = LISTING.replace("| registry |", "| registry | save_to |").replace(
    "| Household |          |          |", "| Household | | | code |"
)
OFFLINE += """| entities |
| | list_name  | label   |
| | households | ${head} |
"""


@pytest.fixture
def survey(app: Flask) -> Survey:
    survey = start_survey(policy="hold-all", households=0)
    programme.publish(survey.project.id, FormSource("list.md", OFFLINE.encode()), OPERATOR)
    return survey


@pytest.fixture
def reviewer(survey: Survey) -> Actor:
    with transaction():
        return people.actor("commune_reviewer", of=survey.project)


def listing(survey: Survey, number: int, uuid: str, **said: object) -> bytes:
    code = f"{survey.village.public_id}-{number:04}"
    said = {"hh_no": number, "head": "Páo", "n15": 3, "lived_in": 1} | said
    answers = "".join(f"<{name}>{value}</{name}>" for name, value in said.items())
    return (
        f'<data id="list" version="1"><today>2026-11-01</today>'
        f"<village_id>{survey.village.public_id}</village_id><hh_code>{code}</hh_code>{answers}"
        f"<meta><instanceID>{new_id()}</instanceID>"
        f'<entity dataset="households" id="{uuid}" create="1"><label>Páo</label></entity>'
        "</meta></data>"
    ).encode()


def ids() -> dict[str, str]:
    return dict(driver().execute("select code, uuid from households").fetchall())


def gone(survey: Survey, *asked: str) -> dict[str, bool]:
    return dict(gone_among(survey.project.id, app_user_actor(survey.phone.id), asked))


def test_the_registry_keeps_the_id_that_the_phone_made(survey, reviewer):
    one = send(survey, listing(survey, 1, MADE))
    assert gone(survey, MADE) == {MADE: False}  # it waits for a decision, so the phone keeps it
    decide(one, "approved", reviewer)
    assert list(ids().values()) == [MADE]
    assert gone(survey, MADE.upper(), TOO) == {MADE.upper(): False}
    assert gone(survey, f"uuid:{MADE}") == {f"uuid:{MADE}": False}


def test_a_rejected_listing_is_forgotten_by_the_phone_too(survey, reviewer):
    decide(send(survey, listing(survey, 1, MADE)), "rejected", reviewer)
    assert gone(survey, MADE) == {MADE: True}


def test_of_two_phones_that_list_one_house_one_forgets_its_own(survey, reviewer):
    first, second = (send(survey, listing(survey, 1, uuid)) for uuid in (MADE, TOO))
    decide(first, "approved", reviewer)
    decide(second, "rejected", reviewer)
    assert gone(survey, MADE, TOO) == {MADE: False, TOO: True}


def test_an_id_comes_back_with_its_household(survey, reviewer):
    one = send(survey, listing(survey, 1, MADE))
    decide(one, "approved", reviewer)
    decide(one, "rejected", reviewer)
    assert gone(survey, MADE) == {MADE: True}
    decide(one, "approved", reviewer)
    assert list(ids().values()) == [MADE]


def test_merged_households_are_told_deleted_and_come_back_as_they_were(survey):
    kept, gone_code = survey.register(2)
    before = ids()
    with transaction():
        done = programme.change_household(
            survey.project.id, changes.merge, gone_code, kept, actor=OPERATOR
        ).id
    assert gone(survey, *before.values()) == {before[kept]: False, before[gone_code]: True}
    with transaction():
        programme.change_household(survey.project.id, changes.undo, done, actor=OPERATOR)
    assert ids() == before


def test_a_household_elsewhere_is_forgotten(survey):
    (code,) = survey.register(1)
    with transaction():
        other = people.village("Plei Rơ")
        programme.change_household(
            survey.project.id, changes.move, code, other.id, None, actor=OPERATOR
        )
    assert gone(survey, ids()[code]) == {ids()[code]: True}


def test_an_interview_may_name_a_household_by_its_id(survey):
    (code,) = survey.register(1)
    survey.send(survey.instance(ids()[code]))
    row = driver().execute("select household, subject from interviews").fetchone()
    assert row == (code, code)
    flags = driver().execute("select code from flags").fetchall()
    assert ("unknown-household",) not in flags


def test_no_entity_is_made_of_a_listing(survey, reviewer):
    decide(send(survey, listing(survey, 1, MADE)), "approved", reviewer)
    for table in ("entity_lists", "entities", "entity_actions"):
        assert driver().execute(f"select count(*) from {table}").fetchone() == (0,)


def test_a_form_may_save_only_what_the_list_has(survey):
    text = OFFLINE.replace("| code |", "| pick_seed |").replace("| list    | 1 ", "| list    | 2 ")
    with pytest.raises(Conflict, match="pick_seed"):
        programme.publish(survey.project.id, FormSource("list.md", text.encode()), OPERATOR)
    pipeline.settle()
