"""Sums of communes that are kept: read as long as they are those of the villages, and no longer."""

import math
from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest

from app import clock, daily, pipeline, programme, regrouping
from app.accounts.actors import OPERATOR
from app.db import driver, transaction
from app.indicators import communes, recompute
from app.indicators.queries import find_figures
from app.indicators.self_check import last_check
from app.org_units.changes import Decision, Newcomer
from tests import people
from tests.flows import test_any_order as any_order
from tests.survey import person_form, start_survey

PLACES = (people.IA_DOM, people.PLEIKU)
STEPS = 60


@pytest.fixture
def survey(app):
    """Three villages of two communes, with households and persons to ask."""
    survey = start_survey(households=3)
    programme.publish(survey.project.id, person_form(), OPERATOR)
    others = [survey.add_village("Bi"), survey.add_village("Chư")]
    survey.villages = [survey.village, *others]
    survey.homes = [*survey.ids, *(home for one in others for home in survey.register(3, one))]
    return survey


def send_all(survey, fibre="1"):
    for home in survey.homes:
        place = home.rpartition("-")[0]
        survey.post(survey.instance(home, village=place, fibre=fibre))
    pipeline.settle()


def figures(survey, on=None):
    """All figures of the province's communes, and how many communes were read as kept."""
    found = find_figures(
        OPERATOR, round_=survey.round, unit_id=people.unit(people.GIA_LAI).id, level="commune",
        by=None, on=on,
    )  # fmt: skip
    return [figure for figure in found if figure.base.villages]


def added_up(survey, monkeypatch, on=None):
    """The same without anything kept."""
    with monkeypatch.context() as patch:
        patch.setattr(communes, "find", lambda asked: ([], []))
        return figures(survey, on)


def assert_same(mine, theirs):
    assert len(mine) == len(theirs)
    for one, other in zip(mine, theirs, strict=True):
        assert numbers(one) == pytest.approx(numbers(other), rel=1e-9, nan_ok=True)
        assert replace(one, **BARE) == replace(other, **BARE)


BARE = dict.fromkeys(
    ("numerator", "denominator", "value", "se", "deff", "ci", "bounds"), None
)  # fmt: skip


def numbers(figure):
    low, high = figure.ci or (math.nan, math.nan)
    least, most = figure.bounds or (math.nan, math.nan)
    said = asdict(figure)
    plain = [said[name] for name in ("numerator", "denominator", "value", "se", "deff")]
    return [math.nan if n is None else n for n in (*plain, low, high, least, most)]


def held(survey, on=None):
    """The communes of which what is kept would be read."""
    units = [people.unit(code).id for code in PLACES]
    asked = {"round": survey.round.id, "units": units, "on": on or clock.today(), "domains": []}
    return {base[0] for base in communes.find(asked)[0]}


class Places:
    """Villages that move between two communes, each time a week later, and back."""

    def __init__(self, story):
        self.story, self.day, self.events = story, date(2026, 1, 5), []
        self.lies = {village.id: people.IA_DOM for village in story.villages}

    def move(self):
        village = self.story.chance.choice(list(self.lies))
        now = self.lies[village]
        there = people.PLEIKU if now == people.IA_DOM else people.IA_DOM
        self.day += timedelta(days=7)
        with transaction():
            where, decision = people.unit(there).id, Decision(self.day, "12/NQ-HĐND")
            self.events.append((regrouping.move(village, where, decision).event.id, village, now))
        self.lies[village] = there

    def take_back(self):
        if self.events:
            event, village, before = self.events.pop()
            with transaction():
                regrouping.take_back(event, "operator")
            self.lies[village] = before


def add_up():
    with transaction():
        communes.carry_on()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_villages_add_up_to_whatever_happens(app, seed, monkeypatch):
    story = any_order.begin(seed, "hold-all")
    with transaction():
        everywhere = people.GIA_LAI
        story.reviewer = people.actor("commune_reviewer", everywhere, of=story.survey.project)
    places, seen = Places(story), 0
    for _ in range(STEPS):
        happens = [story.go_on, story.sum_up, add_up, places.move, places.take_back]
        story.chance.choices(happens, [8, 3, 3, 1, 0.5])[0]()
        seen += len(held(story.survey))
        assert_same(figures(story.survey), added_up(story.survey, monkeypatch))
    pipeline.settle()
    assert held(story.survey) == {people.unit(code).id for code in places.lies.values()}
    assert seen > 5
    any_order.check_books(story)


def test_nothing_is_kept_of_a_village_that_is_summed_up_again(survey, monkeypatch):
    send_all(survey)
    commune = people.unit(people.IA_DOM).id
    assert held(survey) == {commune}
    village = (survey.round.id, survey.villages[1].id)
    with transaction():
        recompute.recompute([village])
    assert held(survey) == set()
    add_up()
    assert held(survey) == {commune}


def test_a_commune_of_another_day_has_what_its_villages_were_then(survey, monkeypatch):
    send_all(survey)
    with transaction():
        there, day = people.unit(people.PLEIKU).id, date(2026, 5, 1)
        regrouping.move(survey.villages[2].id, there, Decision(day, "12/NQ-HĐND"))
    pipeline.settle()
    eve = date(2026, 4, 30)
    assert (len(held(survey)), held(survey, eve)) == (2, set())
    assert {f.n for f in figures(survey) if f.indicator == "FIBRE"} == {3, 6}
    assert {f.n for f in figures(survey, eve) if f.indicator == "FIBRE"} == {9}


def test_merged_villages_are_the_communes_as_before(survey, monkeypatch):
    send_all(survey)
    one, other = (village.id for village in survey.villages[:2])
    with transaction():
        made = Newcomer("Mook", "làng")
        event = regrouping.merge([one, other], made, Decision(date(2026, 5, 1), "12/NQ")).event.id
    assert_same(figures(survey), added_up(survey, monkeypatch))
    pipeline.settle()
    assert held(survey) == {people.unit(people.IA_DOM).id}
    assert_same(figures(survey), added_up(survey, monkeypatch))
    with transaction():
        regrouping.take_back(event, "operator")
    assert_same(figures(survey), added_up(survey, monkeypatch))


def test_what_another_worker_is_summing_up_is_left_for_later(survey, installation):
    send_all(survey)
    village = (survey.round.id, survey.villages[0].id)
    with transaction():
        recompute.recompute([village])
        with installation.app_context(), transaction():
            assert communes.carry_on() == 0
    assert communes.are_owed()
    pipeline.settle()
    assert not communes.are_owed()


def test_a_check_finds_what_is_kept_otherwise(survey, caplog):
    send_all(survey)
    with transaction():
        driver().execute("update commune_sums set y = y + 1 where ctid in"
                         " (select ctid from commune_sums limit 1)")  # fmt: skip
        driver().execute("update commune_bases set waiting = 7")
    assert daily.check_figures(1.0) > 0
    names = {drift["name"] for drift in last_check().drifts}
    assert names == {"y", "waiting"}


def test_what_no_longer_holds_is_not_checked(survey):
    send_all(survey)
    with transaction():
        driver().execute("update commune_sums set y = y + 1")
        recompute.recompute([(survey.round.id, survey.villages[0].id)])
    assert daily.check_figures(1.0) == 0
