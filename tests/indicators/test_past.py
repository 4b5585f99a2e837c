"""Figures of a rolling round as of a day, against a count by nothing but Python."""

import random
from datetime import date, timedelta

import pytest
from flask import Flask

from app import clock, daily, pipeline
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.errors import BadRequest, NotAllowed
from app.forms.models import Form
from app.indicators import releases
from app.indicators.disclosure import Rule
from app.indicators.lookup import find_indicator
from app.indicators.quarters import quarter_of
from app.indicators.queries import find_figures
from app.indicators.release_queries import list_releases
from app.indicators.revisits import revisited
from app.rounds.models import Round
from tests import people
from tests.survey import Survey, start_survey

MONTHS = 6
SPAN = 330  # days back from today


@pytest.fixture
def survey(app: Flask) -> Survey:
    """A rolling round of two villages, twenty households in each."""
    survey = start_survey(households=20)
    with transaction():
        found = db.session.merge(survey.round)
        found.starts_on, found.valid_for = clock.today() - timedelta(400), MONTHS
    other = survey.add_village("Mook Trang")
    survey.homes = [(code, survey.village) for code in survey.ids]
    survey.homes += [(code, other) for code in survey.register(20, other, since=date(2020, 1, 1))]
    driver().execute("update households set since = '2020-01-01'")
    db.session.commit()
    survey.visits = []
    return survey


def visit(survey: Survey, number: int, ago: int, *, fibre: bool) -> None:
    """An interview so many days ago, approved by hand where it is not by policy."""
    household, village = survey.homes[number]
    day = clock.today() - timedelta(ago)
    place = str(village.public_id)
    survey.post(survey.instance(household, fibre=str(int(fibre)), village=place, day=day))
    survey.visits.append((household, village.name, day, fibre))


def approve(survey: Survey) -> None:
    pipeline.settle()
    with transaction():
        lead = people.actor("commune_lead", of=survey.project)
    waiting = driver().execute("select id from submissions where state = 'received' order by id")
    for (submission_id,) in waiting.fetchall():
        with transaction():
            pipeline.decide(submission_id, "approved", None, lead)
    pipeline.settle()


def months_later(day: date) -> date:
    month = day.month - 1 + MONTHS
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError


def counted(survey: Survey, on: date) -> dict[str, tuple[str, date, bool]]:
    """By household, the first interview that counted on a day."""
    found: dict[str, tuple[str, date, bool]] = {}
    for household, village, day, fibre in survey.visits:
        if day <= on < months_later(day):
            found.setdefault(household, (village, day, fibre))
    return found


def expected(survey: Survey, on: date) -> float | None:
    """The commune's share: each village's interviews raised to its twenty households."""
    villages: dict[str, list[bool]] = {}
    for village, _, fibre in counted(survey, on).values():
        villages.setdefault(village, []).append(fibre)
    shares = [sum(answers) / len(answers) for answers in villages.values()]
    return sum(shares) / len(shares) if shares else None


def read(survey: Survey, on: date | None, level: str = "commune", actor=OPERATOR):
    found = find_figures(
        actor,
        round_=db.session.merge(survey.round),
        unit_id=people.unit(people.IA_DOM).id,
        level=level,
        indicator="FIBRE",
        as_of=on,
    )
    db.session.rollback()
    return found


@pytest.fixture
def history(survey: Survey) -> Survey:
    """Sixty visits in the order of their days; some households are visited twice."""
    chance = random.Random(11)
    days = sorted((chance.randint(1, SPAN) for _ in range(60)), reverse=True)
    for ago in days:
        visit(survey, chance.randrange(40), ago, fibre=chance.random() < ago / SPAN)
    approve(survey)
    return survey


@pytest.mark.parametrize("ago", [0, 1, 45, 120, 181, 182, 250, 300, 335])
def test_as_of_any_day(history, ago):
    day = clock.today() - timedelta(ago)
    (figure,) = read(history, day)

    assert figure.value == (None if expected(history, day) is None
                            else pytest.approx(expected(history, day)))  # fmt: skip
    known = counted(history, day)
    assert figure.n == len(known)
    if known:
        dates = [when for _, when, _ in known.values()]
        assert (figure.base.first_on, figure.base.last_on) == (min(dates), max(dates))


def test_today_is_what_is_so_now(history):
    daily.expire()
    pipeline.settle()
    for level in ("commune", "village"):
        now = read(history, None, level)
        assert [(f.value, f.se, f.n) for f in read(history, clock.today(), level)] == [
            (f.value, f.se, f.n) for f in now
        ]


def test_two_readings_in_one_transaction(history):
    ago = clock.today() - timedelta(100)
    round_, commune = db.session.merge(history.round), people.unit(people.IA_DOM)
    asked = {"round_": round_, "unit_id": commune.id, "level": "commune", "indicator": "FIBRE"}
    first = find_figures(OPERATOR, as_of=ago, **asked)
    find_figures(OPERATOR, as_of=ago - timedelta(100), **asked)

    assert [f.value for f in find_figures(OPERATOR, as_of=ago, **asked)] == [f.value for f in first]


def test_a_day_to_come_is_refused(survey):
    with pytest.raises(BadRequest):
        read(survey, clock.today() + timedelta(1))


def test_the_frame_is_that_of_the_day(survey):
    visit(survey, 0, 100, fibre=True)
    approve(survey)
    driver().execute(
        "update households set since = %s where number > 5", (clock.today() - timedelta(50),)
    )
    db.session.commit()

    figures = {f.unit_name: f for f in read(survey, clock.today() - timedelta(60), "village")}
    assert figures["Mook Đen"].base.expected == 5


def test_change_among_households_that_were_visited_again(history):
    since, until = clock.today() - timedelta(200), clock.today() - timedelta(2)
    before, after = counted(history, since), counted(history, until)
    again = [h for h in after if h in before and before[h] != after[h]]
    assert len(again) > 4
    indicator = find_indicator(history.project.id, "FIBRE")
    form = db.session.get_one(Form, indicator.form_id)
    where = {"round_": history.round, "unit_id": people.unit(people.IA_DOM).id}

    found = revisited(OPERATOR, form, indicator, since=since, until=until, **where)

    assert found.households == len(again)
    assert found.before == pytest.approx(sum(before[h][2] for h in again) / len(again))
    assert found.after == pytest.approx(sum(after[h][2] for h in again) / len(again))
    assert found.se > 0
    assert found.ci[0] < found.difference < found.ci[1]
    with pytest.raises(BadRequest):
        revisited(OPERATOR, form, indicator, since=until, until=since, **where)
    with transaction():
        outsider = people.actor("api_client", of=history.project)
    with pytest.raises(NotAllowed):
        revisited(outsider, form, indicator, since=since, until=until, **where)


def test_each_quarter_gives_a_rolling_round_out_once(survey):
    with transaction():
        releases.set_rule(survey.project.id, Rule(smallest_n=0), OPERATOR)
        outsider = people.actor("api_client", of=survey.project)
    for number in range(10):
        visit(survey, number, 20, fibre=True)
    approve(survey)
    began = quarter_of(clock.today())

    for _ in range(2):
        daily.give_out_quarters()
    (first,) = list_releases(survey.round.id)
    with transaction():  # as if it had been the quarter before
        driver().execute("update releases set released_at = %s", (began - timedelta(10),))
    for number in range(20, 30):
        visit(survey, number, 10, fibre=False)
    approve(survey)
    daily.give_out_quarters()

    assert [one.version for one in list_releases(survey.round.id)] == [2, 1]
    assert [f.value for f in read(survey, None, actor=outsider)] == [0.5]
    assert [f.value for f in read(survey, began - timedelta(1), actor=outsider)] == [1]
    assert [f.suppressed for f in read(survey, began - timedelta(30), actor=outsider)] == [
        "not_released"
    ]
    assert first.version == 1


def test_a_round_that_does_not_roll_is_given_out_by_people(survey):
    with transaction():
        db.session.get_one(Round, survey.round.id).valid_for = None
    daily.give_out_quarters()

    assert list_releases(survey.round.id) == []
