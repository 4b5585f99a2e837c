"""How a worker shares its time between interviews and figures."""

import time
from types import SimpleNamespace

import pytest

from app import pace, pipeline
from app.db import transaction
from app.indicators import stale
from app.pace import Pace
from tests import people
from tests.survey import start_survey


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

    def refresh():
        taken.append(real())
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
    assert waited == [1.0]


def test_a_village_that_is_owed_many_times_is_summed_once(survey, seen):
    taken, _ = seen
    for _ in range(5):
        owe(survey, survey.village)

    pipeline.settle()

    assert taken == [1]


def test_many_villages_are_summed_without_a_rest_in_between(survey, seen, monkeypatch):
    taken, waited = seen
    monkeypatch.setattr(pipeline, "STALE_BATCH", 1)
    with transaction():
        others = [people.village(name) for name in ("Mook Trang", "Mook Trêl")]
    owe(survey, survey.village, *others)

    pipeline.settle(Pace(shortest=1.0))

    assert taken == [1, 1, 1, 0]
    assert len(waited) == 1


def test_after_a_few_interviews_more_may_come_together(survey, seen):
    _, waited = seen
    survey.post(survey.instance(survey.ids[0]))

    pipeline.settle(Pace(shortest=1.0, next_at=time.monotonic() + 400))

    assert waited == [0.1, 1.0]


def test_after_a_full_batch_the_next_is_read_at_once(survey, seen, monkeypatch):
    _, waited = seen
    monkeypatch.setattr(pace, "GATHER_BELOW", 1)
    survey.post(survey.instance(survey.ids[0]))

    pipeline.settle(Pace(shortest=1.0, next_at=time.monotonic() + 400))

    assert waited == [1.0]
