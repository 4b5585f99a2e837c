"""The feed of changes: whoever keeps up with it has what the server has."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from app import clock, pipeline, regrouping, schema
from app.accounts.actors import OPERATOR, user_actor
from app.accounts.grants import grant_role
from app.db import db, driver, transaction
from app.errors import Conflict, NotFound
from app.org_units.changes import Decision
from app.review import feed
from app.review.feed import BeginAgain, Cursor, changes_after
from app.submissions import purge
from app.submissions.models import Submission
from tests import people
from tests.survey import new_id, start_survey

LONGEST = 60  # seconds that anything here may take
ANY = "select id from submissions union select id from trashed_submissions"


@pytest.fixture
def survey(app):
    return start_survey(policy="hold-all", households=6)


@pytest.fixture
def others(app) -> Iterator[Callable[..., Future[Any]]]:
    """Runs functions in threads that have their own connections, as other processes would."""

    def run(function, *values):
        with app.app_context():
            return function(*values)

    with ThreadPoolExecutor(10) as pool:
        yield lambda function, *values: pool.submit(run, function, *values)


class Copy:
    """A programme that keeps a copy of what one reader may see, by pulling again and again."""

    def __init__(self, actor, project_id, limit=100):
        self.actor, self.project_id, self.limit = actor, project_id, limit
        self.cursor, self.held = None, {}

    def pull(self):
        """All pages until there is no more; what came."""
        came, more = [], True
        while more:
            page = changes_after(self.actor, self.project_id, self.cursor, self.limit)
            self.cursor, more = page.cursor, page.more
            for change in page.changes:
                came.append((change.id, change.kind))
                self.take(change)
            db.session.rollback()
        return came

    def take(self, change):
        if change.kind == "written":
            found = db.session.get(Submission, change.id, populate_existing=True)
            # What changed since the page was made comes again.
            self.held[change.id] = found and facts(found)
        else:
            self.held.pop(change.id, None)


def facts(submission):
    return submission.state, submission.current_pk, submission.approved_pk, submission.unit_id


def newest():
    found = db.session.query(Submission.id).order_by(Submission.id.desc()).first()[0]
    db.session.rollback()
    return found


def held_by_server():
    found = {one.id: facts(one) for one in db.session.query(Submission)}
    db.session.rollback()
    return found


def reviewer_of(survey, place=people.IA_DOM, role="commune_reviewer", username=None):
    with transaction():
        return people.actor(role, place, of=survey.project, username=username)


def act(function, *values):
    with transaction():
        function(*values)


def test_all_that_happens_to_an_interview_comes_in_its_turn(survey):
    reviewer = reviewer_of(survey)
    copy = Copy(OPERATOR, survey.project.id)
    assert copy.pull() == []
    first = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first))
    number = newest()
    steps = [
        lambda: act(pipeline.decide, number, "approved", None, reviewer),
        lambda: act(pipeline.decide, number, "received", None, reviewer),
        lambda: act(pipeline.decide, number, "rejected", "why", reviewer),
        lambda: survey.send(survey.instance(survey.ids[0], deprecated_id=first)),
        lambda: act(pipeline.throw_away, number, "a test", OPERATOR),
        lambda: act(pipeline.restore, number, OPERATOR),
        lambda: act(pipeline.throw_away, number, "a test", OPERATOR),
        lambda: act(purge.purge, number, "a test", OPERATOR),
    ]
    came = copy.pull()
    for step in steps:
        step()
        came += copy.pull()
        assert copy.held == held_by_server()
    kinds = ["written"] * 5 + ["trashed", "written", "trashed", "purged"]
    assert came == [(number, kind) for kind in kinds]
    assert copy.pull() == []


def test_what_was_read_again_comes_again(survey):
    survey.send(survey.instance(survey.ids[0]))
    copy = Copy(OPERATOR, survey.project.id)
    copy.pull()
    act(driver().execute, "insert into inbox (instance_pk) select id from instances")
    pipeline.settle()
    assert copy.pull() == [(newest(), "written")]


def test_whoever_has_no_more_of_an_interview_learns_no_more_than_that(survey):
    elsewhere = people.village("Plei Bạc", people.PLEIKU)
    db.session.commit()
    first = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first))
    number = newest()
    names = {people.IA_DOM: "lan", people.PLEIKU: "mai", people.GIA_LAI: "tâm"}
    copies = [
        Copy(reviewer_of(survey, place, username=name), survey.project.id)
        for place, name in names.items()
    ]
    assert [copy.pull() for copy in copies] == [[(number, "written")], [], [(number, "written")]]
    act(driver().execute, "update submissions set unit_id = %s", (elsewhere.id,))
    assert [copy.pull() for copy in copies] == [
        [(number, "left")], [(number, "written")], [(number, "written")]
    ]  # fmt: skip
    act(pipeline.throw_away, number, "a test", OPERATOR)
    act(purge.purge, number, "a test", OPERATOR)
    assert [copy.pull() for copy in copies] == [
        [(number, "left")], [(number, "purged")], [(number, "purged")]
    ]  # fmt: skip


def test_a_newer_version_that_takes_it_out_of_the_trash_in_another_place(survey):
    other = survey.add_village("Mook Trắng")
    first = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first))
    number = newest()
    reader = reviewer_of(survey, survey.village)
    ahead, behind = Copy(reader, survey.project.id), Copy(reader, survey.project.id)
    for copy in (ahead, behind):
        copy.pull()
    act(pipeline.throw_away, number, "a test", OPERATOR)
    assert ahead.pull() == [(number, "trashed")]
    moved = survey.instance(survey.ids[0], deprecated_id=first, village=other.public_id)
    survey.send(moved)
    assert held_by_server()[number][3] == other.id
    assert behind.pull() == [(number, "left")]
    assert behind.held == {}


@pytest.fixture
def late(app):
    """A transaction beside the test's own, which has written and not yet committed."""
    connection = db.engine.connect()
    yield connection
    connection.close()


def test_what_commits_late_is_not_skipped(survey, late):
    for number in (0, 1):
        survey.send(survey.instance(survey.ids[number]))
    one, two = sorted(held_by_server())
    copy = Copy(OPERATOR, survey.project.id)
    copy.pull()
    late.exec_driver_sql("update submissions set state = 'edited' where id = %s", (one,))
    act(driver().execute, "update submissions set state = 'rejected' where id = %s", (two,))
    # The second may not be given out as long as the first may still come before it.
    assert copy.pull() == []
    late.commit()
    assert copy.pull() == [(one, "written"), (two, "written")]


def test_a_transaction_that_began_before_and_wrote_after_another_comes_again(survey, late):
    survey.send(survey.instance(survey.ids[0]))
    number = newest()
    copy = Copy(OPERATOR, survey.project.id)
    late.exec_driver_sql("select pg_current_xact_id()")
    act(driver().execute, "update submissions set state = 'rejected'")
    copy.pull()
    late.exec_driver_sql("update submissions set state = 'edited'")
    late.commit()
    assert copy.pull() == [(number, "written")]
    assert copy.held == held_by_server()


def test_another_territory_begins_again(survey):
    survey.send(survey.instance(survey.ids[0]))
    with transaction():
        user = people.person("commune_reviewer", people.PLEIKU, of=survey.project)
    copy = Copy(user_actor(user.id), survey.project.id)
    assert copy.pull() == []
    with transaction():
        place = people.unit(people.IA_DOM).id
        grant_role(OPERATOR, user, role="auditor", unit_id=place, project_id=survey.project.id)
    copy.actor = user_actor(user.id)
    with pytest.raises(BeginAgain):
        copy.pull()
    db.session.rollback()
    copy.cursor = None
    assert copy.pull() == [(newest(), "written")]


def test_a_village_that_is_moved_begins_again(survey):
    copy = Copy(reviewer_of(survey), survey.project.id)
    copy.pull()
    decision = Decision(clock.today(), "12/NQ-HĐND")
    act(regrouping.move, survey.village.id, people.unit(people.PLEIKU).id, decision)
    with pytest.raises(BeginAgain):
        copy.pull()


def test_a_new_village_does_not(survey):
    copy = Copy(reviewer_of(survey), survey.project.id)
    copy.pull()
    survey.add_village("Mook Trắng")
    assert copy.pull() == []


def test_a_database_that_was_brought_back_begins_again(survey):
    survey.send(survey.instance(survey.ids[0]))
    copy = Copy(OPERATOR, survey.project.id)
    copy.pull()
    kept = copy.cursor
    # An older copy of the same cluster: its transactions are not so far yet.
    copy.cursor = Cursor((kept.position[0] + 1_000_000, 0), kept.history)
    with pytest.raises(BeginAgain):
        copy.pull()
    db.session.rollback()
    # Rows that came from another cluster, where more had happened.
    with transaction():
        driver().execute("set local session_replication_role = replica")
        driver().execute("update submissions set changed_in = 2 ^ 60")
    copy.cursor = None
    assert copy.pull() == []
    with db.engine.begin() as connection:
        schema.note_again(connection)
    assert copy.pull() == [(newest(), "written")]


@pytest.mark.parametrize("seed", [1, 2])
def test_copies_end_as_the_server_whatever_happens_meanwhile(survey, monkeypatch, others, seed):
    monkeypatch.setattr(feed, "LOOKED_AT", 7)
    other = survey.add_village("Mook Trắng")
    decider = reviewer_of(survey, username="decider")
    readers = [(OPERATOR, {survey.village.id, other.id})]
    readers += [
        (reviewer_of(survey, village, username=f"reader.{village.id}"), {village.id})
        for village in (survey.village, other)
    ]
    copies = [
        (Copy(reader, survey.project.id, limit), places)
        for reader, places in readers
        for limit in (2, 9)
    ]
    chance = random.Random(seed)
    with going_on(others, pipeline.settle, pipeline.settle, *(copy.pull for copy, _ in copies)):
        lives = [random.Random(chance.random()) for _ in range(2)]
        living = [others(live, survey, other, decider, life) for life in lives]
        for one in living:
            one.result(LONGEST)
    pipeline.settle()
    server = held_by_server()
    assert len(server) > len(survey.ids)
    for copy, places in copies:
        copy.pull()
        assert copy.held == {pk: said for pk, said in server.items() if said[3] in places}


@contextmanager
def going_on(others, *functions):
    """Runs each function again and again beside the test, until the end."""
    end = threading.Event()

    def repeat(function):
        while not end.is_set():
            function()

    running = [others(repeat, function) for function in functions]
    try:
        yield
    finally:
        end.set()
    for one in running:
        one.result(LONGEST)


def live(survey, other, reviewer, chance):
    """Phones send and edit, from two villages; people decide, throw away, bring back, purge."""
    chains = {}
    villages = [survey.village.public_id, other.public_id]
    for _ in range(60):
        if not chains or chance.random() < 0.4:
            sent = new_id()
            chains[sent] = sent
            xml = survey.instance(
                chance.choice(survey.ids), instance_id=sent, village=chance.choice(villages)
            )
            survey.post(xml)
            continue
        if chance.random() < 0.4:
            chain, before = chance.choice(list(chains.items()))
            chains[chain] = new_id()
            xml = survey.instance(
                chance.choice(survey.ids), instance_id=chains[chain], deprecated_id=before,
                village=chance.choice(villages),
            )  # fmt: skip
            survey.post(xml)
            continue
        with transaction():
            ids = [row[0] for row in driver().execute(ANY).fetchall()]
        if not ids:
            continue
        number = chance.choice(ids)
        # What somebody else did meanwhile stands in the way now and then.
        with suppress(NotFound, Conflict), transaction():
            match chance.randrange(5):
                case 0:
                    pipeline.throw_away(number, "why", OPERATOR)
                case 1:
                    pipeline.restore(number, OPERATOR)
                case 2:
                    purge.purge(number, "why", OPERATOR)
                case _:
                    state = chance.choice(["approved", "rejected", "received"])
                    pipeline.decide(number, state, "why", reviewer)
