"""A release is made step by step: nobody reads it before it is out, and it can go back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from app import daily, ledger, pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.errors import Conflict, NotAllowed, NotFound
from app.indicators import excerpt, giving_out, releases
from app.indicators.disclosure import Rule
from app.indicators.excerpt import Choice, preview
from app.indicators.queries import find_figures
from app.indicators.release_models import Release
from app.indicators.release_queries import list_releases, newest_release, release_under_way
from app.rounds.models import Round
from tests import people, releasing
from tests.survey import start_survey

LONGEST = 30  # seconds that anything here may take
IN_TIME = "set local lock_timeout = '10s'"

HIDDEN = """
select unit_id, domain_id, f.reason from hidden_figures f join releases r on r.id = f.release_id
where r.round_id = %s and r.version = %s order by 1, 2
"""
FROZEN = """
select village_id, domain_id, since, until, y, x from released_sums
where round_id = %s order by 1, 2, 3
"""


@pytest.fixture
def survey(app):
    """A village of ten and one of two households, which is too small to be shown."""
    survey = start_survey(households=10)
    survey.other = survey.add_village("Bi")
    others = survey.register(2, survey.other)
    for number, household in enumerate([*survey.ids, *others]):
        village = household.rpartition("-")[0]
        survey.post(survey.instance(household, fibre="10"[number % 2], village=village))
    pipeline.settle()
    with transaction():
        releases.set_rule(survey.project.id, Rule(threshold=3, smallest_n=0), OPERATOR)
        survey.outsider = people.actor("api_client", people.GIA_LAI, of=survey.project)
    return survey


def the_round(survey):
    return db.session.get_one(Round, survey.round.id)


def begin(survey, **how):
    with transaction():
        made = giving_out.begin(the_round(survey), OPERATOR, **how)
        return made and made.id


def rows(statement, *asked):
    found = driver().execute(statement, asked).fetchall()
    db.session.rollback()
    return found


def whole():
    return people.unit(people.GIA_LAI)


def read(survey, unit):
    (figure,) = find_figures(
        survey.outsider, round_=the_round(survey), unit_id=unit.id, level=unit.level,
        indicator="FIBRE",
    )  # fmt: skip
    return figure.value, figure.suppressed


def test_workers_make_it_and_then_everybody_reads_it(survey):
    with transaction():
        releasing.release(the_round(survey), OPERATOR)
        expected = driver().execute(HIDDEN, (survey.round.id, 1)).fetchall()
        db.session.rollback()
    assert expected
    number = begin(survey)
    assert ledger.is_owed(driver())
    assert ledger.owed(driver()).is_settled
    assert (newest_release(survey.round.id), read(survey, whole())) == (
        None, (None, "not_released"),
    )  # fmt: skip
    assert giving_out.advance(number)
    assert (release_under_way(survey.round.id).done, read(survey, whole())[0]) == (1, None)
    pipeline.settle()
    assert release_under_way(survey.round.id) is None
    assert newest_release(survey.round.id).version == 1
    assert read(survey, whole()) == (0.5, None)
    assert read(survey, survey.other) == (None, "small")
    assert rows(HIDDEN, survey.round.id, 1) == expected


def test_it_can_be_stopped_go_on_and_be_taken_back(survey):
    begin(survey)
    pipeline.settle()
    before = rows(FROZEN, survey.round.id)
    for household in survey.ids[:4]:
        survey.post(survey.instance(household, fibre="8", visit="1"))
    third = survey.add_village("Ca")
    for household in survey.register(4, third):
        survey.post(survey.instance(household, village=str(third.public_id)))
    pipeline.settle()
    number = begin(survey)
    assert giving_out.advance(number)
    with pytest.raises(Conflict, match="being made"):
        begin(survey)
    with pytest.raises(Conflict, match="quicker"), transaction():
        giving_out.take_back(the_round(survey), OPERATOR)
    with transaction():
        giving_out.stop(the_round(survey), OPERATOR)
    pipeline.settle()
    assert not giving_out.advance(number)
    assert release_under_way(survey.round.id).is_frozen
    assert rows(FROZEN, survey.round.id) != before
    assert read(survey, whole()) == (0.5, None)  # as the first release says

    with transaction():
        giving_out.take_back(the_round(survey), OPERATOR)
    assert rows(FROZEN, survey.round.id) == before
    assert [one.version for one in list_releases(survey.round.id)] == [1]
    begin(survey)
    with transaction():
        giving_out.stop(the_round(survey), OPERATOR)
    with transaction():
        giving_out.resume(the_round(survey), OPERATOR)
    pipeline.settle()
    assert newest_release(survey.round.id).version == 2
    for act in (giving_out.stop, giving_out.resume, giving_out.take_back):
        with pytest.raises(NotFound), transaction():
            act(the_round(survey), OPERATOR)


def test_a_fault_stops_it_and_says_so(survey, monkeypatch, caplog):
    def fail(*_):
        raise ZeroDivisionError

    number = begin(survey)
    monkeypatch.setattr(giving_out, "hide", fail)
    pipeline.settle()
    assert "ZeroDivisionError" in caplog.text
    assert release_under_way(survey.round.id).problem == giving_out.FAULT.message
    monkeypatch.undo()
    with transaction():
        giving_out.resume(the_round(survey), OPERATOR)
    while giving_out.advance(number):
        pass
    assert newest_release(survey.round.id).id == number


def test_one_that_knew_of_fewer_kin_is_decided_anew(survey):
    """The software was replaced by one for which more indicators tell of each other."""
    number = begin(survey)
    assert giving_out.advance(number)
    assert giving_out.advance(number)
    with transaction():
        under_way = db.session.get_one(Release, number)
        under_way.total += 1
        of_whole = whole().id
        driver().execute(
            "insert into hidden_figures (release_id, unit_id, domain_id, reason)"
            " select %s, %s, max(id), 'small' from indicator_domains",
            (number, of_whole),
        )
    assert giving_out.advance(number)
    assert (release_under_way(survey.round.id).done, release_under_way(survey.round.id).total) == (
        2, 3,
    )  # fmt: skip
    pipeline.settle()
    hidden = {(unit, why) for unit, _, why in rows(HIDDEN, survey.round.id, 1)}
    assert (of_whole, "small") not in hidden
    assert read(survey, survey.other) == (None, "small")


def test_a_commune_changes_no_release(survey):
    begin(survey)
    with transaction():
        lead = people.actor("commune_lead", of=survey.project)
    with pytest.raises(NotAllowed), transaction():
        giving_out.stop(the_round(survey), lead)


def test_a_preview_leaves_nothing_behind(survey):
    with transaction():
        seen = preview(the_round(survey), OPERATOR, Choice())
    assert seen.excerpt
    assert rows(FROZEN, survey.round.id) == []
    assert release_under_way(survey.round.id) is None


@pytest.mark.parametrize(
    "at", [(releases, "find_taken"), (excerpt, "excerpt")], ids=["drawing up", "reading"]
)
def test_who_gives_out_waits_for_nobody_who_looks(survey, app, monkeypatch, at):
    """Nor does who looks fail for it."""
    round_id, (where, what) = survey.round.id, at
    real, begun = getattr(where, what), []

    def press():
        with app.app_context(), transaction():
            driver().execute(IN_TIME)
            return giving_out.begin(db.session.get_one(Round, round_id), OPERATOR).id

    def meanwhile(*said, **more):
        if not begun:
            begun.append(None)
            with ThreadPoolExecutor(1) as pool:
                begun[0] = pool.submit(press).result()
        return real(*said, **more)

    monkeypatch.setattr(where, what, meanwhile)
    with transaction():
        assert preview(the_round(survey), OPERATOR, Choice()).excerpt
    assert release_under_way(round_id).id == begun[0]


def test_a_quarter_gives_out_all_of_it(survey, monkeypatch):
    monkeypatch.setattr("app.daily.quarters.due", lambda _: [survey.round.id])
    daily.give_out_quarters()
    assert newest_release(survey.round.id).version == 1


def visit(survey, household, **said):
    survey.post(survey.instance(household, village=household.rpartition("-")[0], **said))


def test_what_arrives_before_it_is_frozen_is_in_it_and_what_arrives_later_is_not(survey):
    third = survey.add_village("Ca")
    one, other = survey.register(2, third)
    number = begin(survey)
    visit(survey, one)
    pipeline.process_inbox()
    assert not giving_out.advance(number)  # a village has to be summed up first
    assert rows(FROZEN, survey.round.id) == []
    assert release_under_way(survey.round.id).state == giving_out.MAKING
    pipeline.refresh_figures()
    assert giving_out.advance(number)
    frozen = rows(FROZEN, survey.round.id)
    assert third.id in {row[0] for row in frozen}
    visit(survey, other)
    pipeline.settle()
    assert newest_release(survey.round.id).id == number
    assert rows(FROZEN, survey.round.id) == frozen


def test_one_that_waits_holds_up_no_other(survey):
    with transaction():
        earlier = programme.open_round(
            survey.project.id,
            "2025-2",
            "Đợt 0",
            date(2025, 7, 1),
            date(2025, 12, 31),
            actor=OPERATOR,
        ).id
    pipeline.settle()
    first = begin(survey)
    with transaction():
        second = giving_out.begin(db.session.get_one(Round, earlier), OPERATOR).id
    visit(survey, survey.ids[0], visit="1", fibre="0")
    pipeline.process_inbox()  # a village of the first round is to be summed up
    while giving_out.carry_on():
        pass
    assert newest_release(earlier).id == second
    assert not release_under_way(survey.round.id).is_frozen
    pipeline.settle()
    assert newest_release(survey.round.id).id == first


BEHIND = """
select b.village_id, b.n, cardinality(b.instances) from released_bases b
join forms f on f.id = b.form_id and f.kind = 'household' where b.round_id = %s
"""


def test_it_is_frozen_as_of_one_moment(survey, app, monkeypatch):
    """Interviews that are read and summed up meanwhile are in no part of it."""
    third = survey.add_village("Ca")
    households = survey.register(4, third)
    number, real = begin(survey), releases.mark

    def meanwhile():
        with app.app_context():
            for household in households:
                visit(survey, household)
            pipeline.process_inbox()
            pipeline.refresh_figures()

    def mark(villages):
        real(villages)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(meanwhile).result()

    monkeypatch.setattr(releases, "mark", mark)
    assert giving_out.advance(number)
    assert survey.figure(unit=third).n == 4
    db.session.rollback()
    found = rows(BEHIND, survey.round.id)
    assert [n == behind for _, n, behind in found] == [True] * 3
    assert {village: n for village, n, _ in found}[third.id] == 0


def test_two_who_press_at_once_make_one_release(survey, app):
    round_id = survey.round.id

    def press():
        with app.app_context():
            try:
                with transaction():
                    return giving_out.begin(db.session.get_one(Round, round_id), OPERATOR).id
            except Conflict as conflict:
                return conflict.message

    with ThreadPoolExecutor(4) as pool:
        told = [one.result() for one in [pool.submit(press) for _ in range(4)]]
    assert len([one for one in told if isinstance(one, int)]) == 1
    assert sum("being made" in str(one) for one in told) == 3
    pipeline.settle()
    assert [one.version for one in list_releases(survey.round.id)] == [1]


def test_a_worker_that_dies_while_freezing_leaves_nothing_of_it(survey, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    number = begin(survey)
    monkeypatch.setattr(releases, "calibrate_release", die)
    with pytest.raises(KeyboardInterrupt):
        giving_out.advance(number)
    assert rows(FROZEN, survey.round.id) == []
    assert (release_under_way(survey.round.id).done, newest_release(survey.round.id)) == (0, None)
    monkeypatch.undo()
    pipeline.settle()
    assert newest_release(survey.round.id).id == number


def test_what_can_no_longer_be_given_out_stops_it_with_words(survey):
    third = survey.add_village("Ca")
    (household,) = survey.register(1, third)
    number = begin(survey, final=True)
    with transaction():
        the_round(survey).review_policy = "hold-all"
    visit(survey, household)
    pipeline.process_inbox()
    pipeline.settle()
    stopped = release_under_way(survey.round.id)
    assert (stopped.id, stopped.state, stopped.is_frozen) == (number, giving_out.STOPPED, False)
    assert stopped.problem.startswith("%(waiting)s interviews wait")
    assert stopped.details == {"waiting": 1}
    with transaction():
        giving_out.take_back(the_round(survey), OPERATOR)
    assert (rows(FROZEN, survey.round.id), release_under_way(survey.round.id)) == ([], None)


def test_when_nothing_is_different_any_more_it_says_so(survey):
    begin(survey)
    pipeline.settle()
    third = survey.add_village("Ca")
    for household in survey.register(4, third):
        visit(survey, household)
    pipeline.settle()
    begin(survey)
    with transaction():
        driver().execute("delete from stale_villages")
        driver().execute("delete from village_bases where village_id = %s", (third.id,))
    pipeline.settle()
    assert "Nothing is different" in release_under_way(survey.round.id).problem


@pytest.mark.parametrize("at", ["_keep", "calibrate_release", "freeze_places", "hide"])
@pytest.mark.parametrize("then", ["resume", "take_back"])
def test_who_stops_it_waits_for_no_step_in_hand(survey, app, monkeypatch, at, then):
    number, round_id = begin(survey), survey.round.id
    step, before = 2 if at == "hide" else 1, []

    def press():
        with app.app_context():
            for act in (giving_out.stop, getattr(giving_out, then)):
                with transaction():
                    driver().execute(IN_TIME)
                    act(db.session.get_one(Round, round_id), OPERATOR)
            assert not giving_out.advance(number)  # another worker has it in hand

    def meanwhile(real):
        def work(*said):
            if not before:
                before.append(1)
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(press).result(LONGEST)
            return real(*said)

        return work

    where = giving_out if at == "hide" else releases
    monkeypatch.setattr(where, at, meanwhile(getattr(where, at)))
    if step == 2:
        assert giving_out.advance(number)
    frozen = rows(FROZEN, round_id)
    assert not giving_out.advance(number)
    assert before
    if then == "take_back":
        assert (rows(FROZEN, round_id), release_under_way(round_id)) == ([], None)
        return
    assert (release_under_way(round_id).done, rows(FROZEN, round_id)) == (step - 1, frozen)
    pipeline.settle()
    assert newest_release(round_id).id == number


@pytest.mark.parametrize("at", ["freeze_places", "hide"])
def test_who_stops_it_does_not_wait_for_what_a_step_has_stored(survey, app, monkeypatch, at):
    """Rows that belong to the release, which keep it from going away."""
    number, round_id = begin(survey), survey.round.id

    def press():
        with app.app_context(), transaction():
            driver().execute(IN_TIME)
            giving_out.stop(db.session.get_one(Round, round_id), OPERATOR)

    def and_then(real):
        def work(*said):
            real(*said)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(press).result()

        return work

    where = giving_out if at == "hide" else releases
    with monkeypatch.context() as patched:
        patched.setattr(where, at, and_then(getattr(where, at)))
        while giving_out.advance(number):
            pass
    stopped = release_under_way(round_id)
    assert (stopped.state, stopped.problem) == (giving_out.STOPPED, None)
    with transaction():
        giving_out.resume(db.session.get_one(Round, round_id), OPERATOR)
    pipeline.settle()
    assert newest_release(round_id).id == number
