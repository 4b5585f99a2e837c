"""How a worker shares its time between interviews and figures."""

import time
from types import SimpleNamespace

import pytest

from app import pace, pipeline
from app.db import driver, transaction
from app.indicators import recompute, stale
from app.indicators.stale import Urgency
from app.pace import Pace
from tests import people
from tests.survey import new_id, start_survey


@pytest.fixture
def survey(app):
    """A survey of which everything is summed up."""
    survey = start_survey()
    pipeline.settle()
    return survey


@pytest.fixture
def seen(survey, monkeypatch):
    """How many villages each refresh took, and for how many seconds was waited before one."""
    taken, waited = [], []
    real = pipeline.refresh_figures

    def refresh(most):
        taken.append(real(most))
        return taken[-1]

    monkeypatch.setattr(pipeline, "refresh_figures", refresh)
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=waited.append)
    monkeypatch.setattr(pace, "time", clock)  # not the clock of the other threads
    return taken, waited


def owe(survey, *villages):
    with transaction():
        stale.mark_stale((survey.round.id, village.id) for village in villages)


def test_figures_do_not_wait_when_there_is_nothing_to_read(survey, seen):
    taken, waited = seen
    owe(survey, survey.village)
    after_a_minute_of_sums = Pace(shortest=1.0, next_at=time.monotonic() + 400)

    pipeline.settle(after_a_minute_of_sums)

    assert taken == [1]
    assert sum(waited) == 1.0


def test_a_village_that_is_owed_many_times_is_summed_once(survey, seen):
    taken, _ = seen
    for _ in range(5):
        owe(survey, survey.village)

    pipeline.settle()

    assert taken == [1]


def test_many_villages_are_summed_without_a_rest_in_between(survey, seen, monkeypatch):
    taken, waited = seen
    monkeypatch.setattr(pace, "FEWEST", 1)
    monkeypatch.setattr(pace, "MOST", 1)
    with transaction():
        others = [people.village(name) for name in ("Mook Trang", "Mook Trêl")]
    owe(survey, survey.village, *others)

    pipeline.settle(Pace(shortest=1.0, villages=1))

    assert taken == [1, 1, 1, 0]
    assert waited == []


@pytest.mark.parametrize(
    ("seconds", "villages"), [(0.15, 40), (0.3, 20), (0.1, 60), (60.0, 5), (0.0, 100)]
)
def test_so_many_villages_are_summed_together_as_take_a_moment(seconds, villages):
    kept = Pace(shortest=1.0, villages=40)
    kept.summed(seconds)
    assert kept.villages == villages


def test_after_a_few_interviews_more_may_come_together(survey, seen):
    _, waited = seen
    survey.post(survey.instance(survey.ids[0]))

    pipeline.settle(Pace(shortest=1.0, next_at=time.monotonic() + 400))

    assert (waited[0], sum(waited)) == (0.1, 1.1)


def test_after_a_full_batch_the_next_is_read_at_once(survey, seen, monkeypatch):
    _, waited = seen
    monkeypatch.setattr(pace, "GATHER_BELOW", 1)
    survey.post(survey.instance(survey.ids[0]))

    pipeline.settle(Pace(shortest=1.0, next_at=time.monotonic() + 400))

    assert sum(waited) == 1.0


def test_what_a_person_decided_waits_for_no_other_village_and_no_rest(survey, seen, monkeypatch):
    _, waited = seen
    survey.round.review_policy = "hold-all"
    with transaction():
        reviewer = people.actor("commune_reviewer", of=survey.project)
        others = [people.village(name) for name in ("Mook Trang", "Mook Trêl")]
    survey.send(survey.instance(survey.ids[0]))
    waited.clear()
    owe(survey, *others)
    with transaction():
        (held,) = driver().execute("select id from submissions").fetchone()
        pipeline.decide(held, "approved", None, reviewer)
    summed = []
    real = recompute.recompute
    monkeypatch.setattr(
        recompute, "recompute", lambda pairs: (summed.append((pairs, sum(waited))), real(pairs))
    )

    pipeline.settle(Pace(shortest=1.0, next_at=time.monotonic() + 400))

    owed = [(pairs, rest) for pairs, rest in summed if pairs]
    assert owed[0] == ([(survey.round.id, survey.village.id)], 0)
    assert owed[1:] == [(sorted((survey.round.id, other.id) for other in others), 1.0)]


def test_the_most_urgent_villages_come_first(survey):
    with transaction():
        others = [people.village(name) for name in ("Mook Trang", "Mook Trêl")]
    owe(survey, survey.village)
    for village, urgency in zip(others, (Urgency.CHANGED, Urgency.DECIDED), strict=True):
        with transaction():
            stale.mark_stale([(survey.round.id, village.id)], urgency)

    assert stale.take_stale(1) == [(survey.round.id, others[1].id)]
    assert stale.take_stale(1) == [(survey.round.id, others[0].id)]
    assert stale.take_stale(1, decided=True) == []
    assert stale.take_stale(1) == [(survey.round.id, survey.village.id)]


def test_an_edit_comes_before_what_arrives_for_the_first_time(survey):
    first = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first))
    with transaction():
        other = people.village("Mook Trang")
    owe(survey, other)
    survey.post(survey.instance(survey.ids[0], deprecated_id=first))
    pipeline.process_inbox()

    assert stale.take_stale(1) == [(survey.round.id, survey.village.id)]
