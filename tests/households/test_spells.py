"""Since when a household is in a village, and how many a round that is over had."""

from datetime import date, timedelta

import pytest
from flask import Flask

from app import pipeline, programme, regrouping
from app.accounts.actors import OPERATOR, Actor
from app.clock import today
from app.db import db, driver, transaction
from app.fieldwork.progress import coverage, households, villages_below
from app.forms.source import FormSource
from app.households import changes
from app.indicators.queries import find_figures
from app.org_units.changes import Decision, Newcomer
from app.org_units.models import OrgUnit
from app.rounds.models import Round
from tests import people
from tests.households.test_register import LISTING, decide, listing, send
from tests.survey import Survey, start_survey

LONG_AGO, ENDED = date(2024, 1, 1), date(2024, 12, 31)


@pytest.fixture
def survey(app: Flask) -> Survey:
    """Ten households since 2024 in a round of that year that is over, and one that is not."""
    survey = start_survey(policy="hold-all", households=0)
    programme.publish(survey.project.id, FormSource("list.md", LISTING.encode()), OPERATOR)
    with transaction():
        programme.open_round(survey.project.id, "2024-1", "2024", LONG_AGO, ENDED, actor=OPERATOR)
    survey.ids = survey.register(10, since=LONG_AGO)
    return survey


@pytest.fixture
def reviewer(survey: Survey) -> Actor:
    with transaction():
        return people.actor("commune_reviewer", of=survey.project)


def frames(survey: Survey, village: OrgUnit | None = None) -> dict[str, int]:
    """By round, the households that figures say are there, and those that field work lists."""
    pipeline.settle()
    db.session.expire_all()
    village = db.session.merge(village or survey.village)
    found = {}
    for round_ in db.session.scalars(db.select(Round)):
        (figure,) = find_figures(
            OPERATOR, round_=round_, unit_id=village.id, level="village", indicator="FIBRE"
        )
        frame = found[round_.code] = figure.base.expected
        assert coverage(round_, [village]).whole.frame == frame
        assert len(households(round_, [village])) == frame
    return found


def test_what_enters_later_does_not_enter_a_round_that_is_over(survey, reviewer):
    decide(send(survey, listing(survey)), "approved", reviewer)

    assert frames(survey) == {"2024-1": 10, "2026-1": 11}


def test_a_listing_counts_from_its_own_day_however_late_it_is_read(survey, reviewer):
    decide(send(survey, listing(survey, day="2024-05-01")), "approved", reviewer)
    assert frames(survey) == {"2024-1": 11, "2026-1": 11}

    decide(send(survey, listing(survey)), "approved", reviewer)
    assert frames(survey) == {"2024-1": 11, "2026-1": 11}


def test_a_house_that_was_given_up_stays_in_the_rounds_before(survey, reviewer):
    decide(send(survey, listing(survey, day="2024-05-01")), "approved", reviewer)
    given_up = send(survey, listing(survey, lived_in=2))
    decide(given_up, "approved", reviewer)
    assert frames(survey) == {"2024-1": 11, "2026-1": 10}

    decide(given_up, "rejected", reviewer)
    assert frames(survey) == {"2024-1": 11, "2026-1": 11}


def test_a_listing_that_is_rejected_has_never_been(survey, reviewer):
    one = send(survey, listing(survey, day="2024-05-01"))
    decide(one, "approved", reviewer)
    decide(one, "rejected", reviewer)

    assert frames(survey) == {"2024-1": 10, "2026-1": 10}
    assert driver().execute("select count(*) from former_households").fetchone() == (0,)


def test_a_household_that_moves_leaves_the_rounds_before_as_they_were(survey):
    other = survey.add_village("Mook Trang")
    with transaction():
        moved = programme.change_household(
            survey.project.id, changes.move, survey.ids[0], other.id, actor=OPERATOR
        )
        change_id = moved.id

    assert frames(survey) == {"2024-1": 10, "2026-1": 9}
    assert frames(survey, other) == {"2024-1": 0, "2026-1": 1}

    with transaction():
        programme.change_household(survey.project.id, changes.undo, change_id, actor=OPERATOR)
    assert frames(survey) == {"2024-1": 10, "2026-1": 10}
    assert frames(survey, other) == {"2024-1": 0, "2026-1": 0}


def test_two_rows_that_were_one_household_stay_two_where_they_were_counted(survey):
    with transaction():
        programme.change_household(
            survey.project.id, changes.merge, survey.ids[0], survey.ids[1], actor=OPERATOR
        )

    assert frames(survey) == {"2024-1": 10, "2026-1": 9}


@pytest.mark.parametrize(("frozen", "expected"), [(-1, 10), (0, 11)])
def test_a_freeze_closes_a_round_and_not_its_last_day(survey, frozen, expected):
    with transaction():
        db.session.merge(survey.round).frozen_on = today() + timedelta(frozen)
        driver().execute(
            "insert into households (project_id, code, village_id) values (%s, 'N', %s)",
            (survey.project.id, survey.village.id),
        )
        programme.stale.mark_project_stale(survey.project.id)

    assert frames(survey)["2026-1"] == expected


def by_village(survey: Survey, code: str) -> dict[str, int]:
    """The households of a round that field work lists and figures are raised to, by village."""
    pipeline.settle()
    db.session.expire_all()
    round_ = db.session.scalars(db.select(Round).filter_by(code=code)).one()
    villages = villages_below(OPERATOR, round_, people.unit(people.IA_DOM).id)
    done = coverage(round_, villages)
    framed = dict(
        driver().execute(
            "select b.village_id, b.frame from village_bases b join forms f on f.id = b.form_id"
            " where f.kind = 'household' and b.round_id = %s and b.frame > 0",
            (round_.id,),
        ).fetchall()
    )  # fmt: skip
    found = {v.id: done.by_village[v.id].frame for v in villages if done.by_village[v.id].frame}
    assert found == framed
    return {village.name: found[village.id] for village in villages if village.id in found}


def test_villages_that_become_one_leave_the_rounds_before_as_they_were(survey):
    other = survey.add_village("Mook Trang")
    survey.register(4, other, since=LONG_AGO)
    with transaction():
        both, decision = [survey.village.id, other.id], Decision(today(), "NQ 1")
        effects = regrouping.merge(both, Newcomer("Mook", "làng"), decision)
        event_id, made = effects.event.id, effects.made[0].id

    assert by_village(survey, "2024-1") == {"Mook Đen": 10, "Mook Trang": 4}
    assert by_village(survey, "2026-1") == {"Mook": 14}

    with transaction():  # taken back on a later day
        driver().execute("update households set since = since - 2 where village_id = %s", (made,))
        regrouping.take_back(event_id, "operator")
    for code in ("2024-1", "2026-1"):
        assert by_village(survey, code) == {"Mook Đen": 10, "Mook Trang": 4}
