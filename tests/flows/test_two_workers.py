"""Workers side by side, while phones send and people decide: nothing is lost, doubled or stuck."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from app import ledger, pipeline, programme
from app.accounts.actors import OPERATOR, Actor
from app.db import db, driver, transaction
from app.errors import Conflict
from app.forms.source import FormSource
from app.indicators import catalog, recompute, stale
from app.submissions import settling
from app.submissions.models import Submission
from tests import books, people
from tests.survey import (
    HOUSEHOLD_FORM,
    Survey,
    new_id,
    person_form,
    person_xml,
    start_survey,
)

LONGEST = 30  # seconds that anything here may take


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey(households=6)


@pytest.fixture
def reviewer(survey: Survey) -> Actor:
    with transaction():
        return people.actor("commune_reviewer", of=survey.project)


@pytest.fixture
def others(app: Flask) -> Iterator[Callable[..., Future[Any]]]:
    """Runs functions in threads that have their own connections, as other processes would."""

    def run(function: Callable[..., Any], *values: Any) -> Any:
        with app.app_context():
            return function(*values)

    with ThreadPoolExecutor(4) as pool:
        yield lambda function, *values: pool.submit(run, function, *values)


@contextmanager
def held_up(
    monkeypatch: pytest.MonkeyPatch, module: Any = settling, last: str = "admit_waiting_edits"
) -> Iterator[Callable[[], None]]:
    """The first that comes to the last step before its commit stays there until the end."""
    real, arrived, go_on = getattr(module, last), threading.Event(), threading.Event()

    def stop(*values: Any) -> Any:
        done = real(*values)
        if not arrived.is_set():
            arrived.set()
            assert go_on.wait(LONGEST)
        return done

    def arrive() -> None:
        assert arrived.wait(LONGEST)

    monkeypatch.setattr(module, last, stop)
    try:
        yield arrive
    finally:
        go_on.set()


def await_lock_or_end(other: Future[Any]) -> None:
    """Until the other thread has ended or waits for somebody else's lock."""
    waits = "select exists (select from pg_locks where not granted)"
    while not other.done():
        if driver().execute(waits).fetchone() == (True,):
            break
    db.session.rollback()


def submissions() -> list[Submission]:
    db.session.rollback()
    db.session.expire_all()
    return db.session.query(Submission).order_by(Submission.id).all()


def test_an_edit_waits_for_a_worker_that_has_its_original(survey, others, monkeypatch):
    first = new_id()
    survey.post(survey.instance(survey.ids[0], fibre="0", instance_id=first))
    with held_up(monkeypatch) as arrive:
        slow = others(pipeline.process_inbox)
        arrive()
        survey.post(survey.instance(survey.ids[0], fibre="1", deprecated_id=first))
        assert others(pipeline.process_inbox).result(LONGEST) == 0
    assert slow.result(LONGEST) == 1
    pipeline.settle()
    assert (survey.figure().value, survey.figure().n) == (1.0, 1)


def test_the_second_of_two_interviews_waits_also_when_both_are_read_at_once(
    survey, others, monkeypatch
):
    survey.post(survey.instance(survey.ids[0], fibre="1"))
    with held_up(monkeypatch) as arrive:
        slow = others(pipeline.process_inbox)
        arrive()
        survey.post(survey.instance(survey.ids[0], fibre="0"))
        fast = others(pipeline.process_inbox)
        await_lock_or_end(fast)
    assert (slow.result(LONGEST), fast.result(LONGEST)) == (1, 1)
    assert [found.state for found in submissions()] == ["approved", "received"]


def test_what_is_read_while_indicators_change_is_evaluated_with_the_new_ones(
    survey, others, monkeypatch
):
    changed = HOUSEHOLD_FORM.replace("{version}", "2")
    for before, after in (("${fibre} = '1'", "${fibre} = '0'"), ("| FIBRE | 1 ", "| FIBRE | 2 ")):
        changed = changed.replace(before, after)
    survey.send(survey.instance(survey.ids[1], fibre="1"))
    survey.post(survey.instance(survey.ids[0], fibre="1"))
    with held_up(monkeypatch) as arrive:
        slow = others(pipeline.process_inbox)
        arrive()
        source = FormSource("ho.md", changed.encode())
        publishing = others(programme.publish, survey.project.id, source, OPERATOR)
        await_lock_or_end(publishing)
    assert slow.result(LONGEST) == 1
    publishing.result(LONGEST)
    pipeline.settle()
    figure = survey.figure()
    assert (figure.version, figure.value, figure.n) == ("2", 0.0, 2)


def test_a_village_is_summed_up_by_one_worker_after_the_other(survey, others, monkeypatch):
    with transaction():
        stale.mark_stale([(survey.round.id, survey.village.id)])
    with held_up(monkeypatch, recompute, "recompute") as arrive:
        slow = others(pipeline.refresh_figures)
        arrive()
        survey.post(survey.instance(survey.ids[0]))
        pipeline.process_inbox()
        fast = others(pipeline.refresh_figures)
        await_lock_or_end(fast)
    assert (slow.result(LONGEST), fast.result(LONGEST)) == (1, 1)
    assert survey.figure().n == 1


def test_a_decision_is_about_what_is_there_when_it_is_taken(survey, reviewer, others):
    first = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first))
    [shown] = submissions()
    seen = shown.current_pk
    survey.post(survey.instance(survey.ids[0], deprecated_id=first))
    others(pipeline.process_inbox).result(LONGEST)
    with pytest.raises(Conflict), transaction():
        pipeline.decide(shown.id, "rejected", "wrong house", reviewer, seen_pk=seen)


def test_a_worker_whose_connection_breaks_goes_on(survey):
    survey.post(survey.instance(survey.ids[0]))
    mine = driver().execute("select pg_backend_pid()").fetchone()
    db.session.rollback()
    with db.engine.connect() as other:
        other.exec_driver_sql("select pg_terminate_backend(%s)", mine)
    pipeline.settle()
    assert survey.figure().n == 1


def test_a_batch_whose_connection_breaks_before_its_commit_is_read_again(
    survey, others, monkeypatch
):
    survey.post(survey.instance(survey.ids[0]))
    with held_up(monkeypatch) as arrive:
        slow = others(pipeline.process_inbox)
        arrive()
        with transaction():
            driver().execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where state = 'idle in transaction' and datname = current_database()"
            )
    assert slow.result(LONGEST) == 1
    pipeline.settle()
    assert ([found.state for found in submissions()], survey.figure().n) == (["approved"], 1)


def test_nothing_is_lost_or_doubled(survey, reviewer, others, caplog):
    programme.publish(survey.project.id, person_form(), OPERATOR)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            pipeline.settle()

    workers = [others(work), others(work)]
    try:
        sent = others(send, survey, random.Random(1))
        others(decide, reviewer, random.Random(2), sent).result(LONGEST)
    finally:
        stop.set()
    for worker in workers:
        worker.result(LONGEST)
    pipeline.settle()
    assert not [record.message for record in caplog.records if record.exc_info]
    assert ledger.owed(driver()).set_aside == 0
    check_books(survey, sent.result())


def send(survey: Survey, chance: random.Random) -> int:
    """Interviews about few households, and edits of them; how many interviews there are."""
    chains: list[tuple[Callable[..., bytes], str]] = []
    for _ in range(150):
        chain = chance.randrange(len(chains)) if chains and chance.random() < 0.4 else None
        write = chance.choice([survey.instance, lambda *a, **ids: person_xml(survey, *a, **ids)])
        before = {}
        if chain is not None:
            write, deprecated = chains[chain]
            before = {"deprecated_id": deprecated}
        instance_id = new_id()
        xml = write(chance.choice(survey.ids), instance_id=instance_id, **before)
        assert survey.post(xml).case == ("new" if chain is None else "edit")
        if chain is None:
            chains.append((write, instance_id))
        else:
            chains[chain] = (write, instance_id)
    return len(chains)


def decide(reviewer: Actor, chance: random.Random, sent: Future[int]) -> None:
    """Decisions about whatever is there, while it comes; now and then all is read again."""
    while not sent.done():
        with transaction():
            ids = [number for (number,) in driver().execute("select id from submissions")]
            forms = [number for (number,) in driver().execute("select id from forms")]
        if not ids:
            continue
        number = chance.choice(ids)
        try:
            with transaction():
                if chance.random() < 0.1:
                    catalog.read_again(chance.choice(forms))
                elif chance.random() < 0.2:
                    pipeline.prefer(number, reviewer)
                else:
                    state = chance.choice(["approved", "approved", "rejected", "received"])
                    pipeline.decide(number, state, "why", reviewer)
        except Conflict:
            pass  # what is not approved cannot be preferred


def check_books(survey: Survey, sent: int) -> None:
    chains = books.stored_chains()
    assert len(chains) == sent
    assert books.stored_sums() == books.sums(chains)
    frames = {str(survey.village.public_id): len(survey.ids)}
    assert books.stored_bases() == books.bases(chains, frames)
