"""Counts of others: taken in whole or not at all, beside the survey, never in it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app import daily, pipeline
from app.accounts.actors import OPERATOR, user_actor
from app.accounts.scope import holders
from app.clock import today
from app.counts import tasks
from app.counts.queries import find_counts, list_tables
from app.counts.take import Source, check_table, take_table
from app.counts.task_lists import TaskFilter, count_tasks, list_tasks
from app.db import db, transaction
from app.errors import BadRequest, Conflict, NotAllowed, NotFound
from app.scorecards.history import acts_of
from app.submissions.models import Submission
from tests import people
from tests.survey import start_survey

SOURCE = Source(
    "viettel", "Viettel Gia Lai", "123/VTGL-KT, 5/11/2026", date(2026, 10, 31), "NĐ 278/2025"
)
HEADER = "mã xã;chỉ tiêu;tử số;mẫu số\n"


@pytest.fixture
def survey(app):
    """Two of four households have fibre."""
    survey = start_survey(households=4)
    for household, fibre in zip(survey.ids, "1100", strict=True):
        survey.send(survey.instance(household, fibre=fibre))
    return survey


def take(survey, *rows, source=SOURCE, actor=OPERATOR):
    with transaction():
        content = (HEADER + "\n".join(rows)).encode()
        return take_table(survey.project.id, source, "bảng.csv", content, actor)


def actor(survey, role, place=people.GIA_LAI):
    with transaction():
        return user_actor(people.person(role, place, of=survey.project).id)


def test_counts_stand_beside_figures_and_change_none(survey):
    before = survey.figure(unit=people.unit(people.IA_DOM))
    take(survey, f"{people.IA_DOM};FIBRE;73;100", f"{survey.village.public_id};FIBRE;2;")
    commune = people.unit(people.IA_DOM)
    (one,) = find_counts(OPERATOR, survey.round, unit_id=commune.id)
    (village,) = find_counts(OPERATOR, survey.round, unit_id=commune.id, level="village")

    assert (one.beside.counted, one.beside.survey) == (0.73, 0.5)
    assert (village.beside.counted, village.beside.survey) == (2.0, 2.0)
    assert survey.figure(unit=commune) == before


def test_a_new_table_is_a_new_version_and_the_earlier_one_stays(survey):
    first = take(survey, f"{people.IA_DOM};FIBRE;50;100")
    second = take(survey, f"{people.IA_DOM};FIBRE;60;100")
    project_id = survey.project.id

    assert [one.version for one in list_tables(project_id)] == [2]
    assert [one.version for one in list_tables(project_id, newest=False)] == [2, 1]
    (newest,) = find_counts(OPERATOR, survey.round)
    (earlier,) = find_counts(OPERATOR, survey.round, table=first)
    assert (newest.count.table_id, newest.beside.counted) == (second.id, 0.6)
    assert earlier.beside.counted == 0.5


def test_all_rows_or_none(survey):
    rows = (f"{people.IA_DOM};FIBRE;50;100", "99999;FIBRE;1;2", f"{people.IA_DOM};NIX;1;2")
    content = (HEADER + "\n".join(rows)).encode()
    report = check_table(survey.project.id, SOURCE, "x.csv", content, OPERATOR)

    assert [(p.row, p.column, p.code) for p in report.problems] == [
        (3, "unit", "unit"), (4, "indicator", "indicator"),
    ]  # fmt: skip
    with pytest.raises(BadRequest, match="2 rows have problems"):
        take(survey, *rows)
    assert list_tables(survey.project.id) == []


@pytest.mark.parametrize(
    "said",
    [{"source": " "}, {"legal_basis": ""}, {"document": ""}, {"code": ""}, {"threshold": 0.0},
     {"as_of": today() + timedelta(1)}, {"source": "x" * 301}],
)  # fmt: skip
def test_where_it_comes_from_must_be_said(survey, said):
    said = {name: getattr(SOURCE, name) for name in SOURCE.__slots__} | said
    with pytest.raises(BadRequest):
        take(survey, f"{people.IA_DOM};FIBRE;1;2", source=Source(**said))


def test_an_empty_table_is_refused(survey):
    with pytest.raises(BadRequest, match="no rows"):
        take(survey)


def test_who_takes_tables_in_and_where(survey):
    row = f"{people.IA_DOM};FIBRE;50;100"
    with pytest.raises(NotAllowed):
        take(survey, row, actor=actor(survey, "commune_lead", people.IA_DOM))
    elsewhere = actor(survey, "province_analyst", people.PLEIKU)
    with pytest.raises(BadRequest, match="1 rows have problems"):
        take(survey, row, actor=elsewhere)
    assert take(survey, row, actor=actor(survey, "province_analyst")).version == 1
    assert find_counts(elsewhere, survey.round) == []
    assert len(find_counts(actor(survey, "commune_reviewer", people.IA_DOM), survey.round)) == 1


def opened(survey, table=None):
    with transaction():
        return tasks.open_tasks(survey.round, table)


def test_a_large_difference_opens_one_task(survey):
    table = take(survey, f"{people.IA_DOM};FIBRE;73;100", f"{people.IA_DOM};PHONE;98;100")
    assert opened(survey, table) == 1
    assert opened(survey) == 0
    (task,) = list_tasks(OPERATOR, survey.round)

    assert (task.count.indicator, task.survey, task.counted) == ("FIBRE", 0.5, 0.73)
    assert task.difference == pytest.approx(0.23)


def test_places_without_a_figure_open_nothing(survey):
    take(survey, f"{people.PLEIKU};FIBRE;73;100")
    assert opened(survey) == 0


def test_a_task_keeps_what_was_found_when_the_figure_moves(survey):
    take(survey, f"{people.IA_DOM};FIBRE;73;100")
    opened(survey)
    for household in survey.register(6, survey.add_village("Ia Mút")):
        village = household.rpartition("-")[0]
        survey.send(survey.instance(household, fibre="1", village=village))
    (one,) = find_counts(OPERATOR, survey.round)

    assert one.beside.survey == pytest.approx(0.8)
    assert one.task.survey == 0.5


def test_a_task_is_closed_with_a_comment_by_who_may(survey):
    take(survey, f"{people.IA_DOM};FIBRE;73;100")
    opened(survey)
    (task,) = list_tasks(OPERATOR, survey.round)
    analyst = actor(survey, "province_analyst")
    for who, refusal in (
        (actor(survey, "commune_lead", people.IA_DOM), NotAllowed),
        (actor(survey, "commune_lead", people.PLEIKU), NotFound),
    ):
        with pytest.raises(refusal), transaction():
            tasks.close(who, task.id, "x")
    with pytest.raises(BadRequest), transaction():
        tasks.close(analyst, task.id, " ")
    with transaction():
        tasks.close(analyst, task.id, "Viettel đếm cả thuê bao của cơ quan")
    assert list_tasks(OPERATOR, survey.round) == []
    (closed,) = list_tasks(OPERATOR, survey.round, TaskFilter("closed"))
    assert (closed.comment, closed.closed_by) == (
        "Viettel đếm cả thuê bao của cơ quan",
        analyst.label,
    )
    with pytest.raises(Conflict), transaction():
        tasks.close(analyst, task.id, "x")
    with transaction():
        tasks.reopen(analyst, task.id)
    with pytest.raises(Conflict), transaction():
        tasks.reopen(analyst, task.id)
    assert len(list_tasks(OPERATOR, survey.round)) == 1
    with pytest.raises(NotFound), transaction():
        tasks.close(analyst, 999999, "x")


def more_interviews(survey):
    """Six of six households of another village have fibre, so that the commune has 80 %."""
    for household in survey.register(6, survey.add_village("Ia Mút")):
        village = household.rpartition("-")[0]
        survey.send(survey.instance(household, fibre="1", village=village))


def states(survey):
    return [
        (state, task.count.indicator, task.closed_by)
        for state in ("open", "closed")
        for task in list_tasks(OPERATOR, survey.round, TaskFilter(state))
    ]


def test_the_daily_job_opens_once_and_ends_what_is_gone(survey):
    take(survey, f"{people.IA_DOM};FIBRE;78;100")
    for _ in range(2):
        daily.compare_counts()
        assert states(survey) == [("open", "FIBRE", None)]
    more_interviews(survey)
    for _ in range(2):
        daily.compare_counts()
        assert states(survey) == [("closed", "FIBRE", None)]
    (task,) = list_tasks(OPERATOR, survey.round, TaskFilter("closed"))
    assert [act.action for act in acts_of(tasks.subject_of(task))] == ["count_task.resolved"]


def test_a_difference_that_is_there_again_is_open_again_with_the_numbers_of_then(survey):
    take(survey, f"{people.IA_DOM};FIBRE;57;100")
    daily.compare_counts()
    with transaction():
        (task,) = list_tasks(OPERATOR, survey.round)
        task.closed_at = task.opened_at  # as if it had been gone yesterday
    more_interviews(survey)
    daily.compare_counts()
    (again,) = list_tasks(OPERATOR, survey.round)

    assert (again.id, again.closed_at, again.survey) == (task.id, None, pytest.approx(0.8))
    assert acts_of(tasks.subject_of(again))[0].action == "count_task.recurred"


def test_what_a_person_wrote_stays_a_persons_matter(survey):
    take(survey, f"{people.IA_DOM};FIBRE;78;100")
    opened(survey)
    (task,) = list_tasks(OPERATOR, survey.round)
    analyst = actor(survey, "province_analyst")
    with transaction():
        tasks.close(analyst, task.id, "x")
    daily.compare_counts()
    assert states(survey) == [("closed", "FIBRE", analyst.label)]
    with transaction():
        tasks.reopen(analyst, task.id)
    more_interviews(survey)
    daily.compare_counts()
    assert states(survey) == [("open", "FIBRE", None)]


def test_a_newer_table_ends_the_tasks_of_the_earlier_one(survey):
    take(survey, f"{people.IA_DOM};FIBRE;73;100")
    daily.compare_counts()
    take(survey, f"{people.IA_DOM};FIBRE;51;100")
    daily.compare_counts()
    assert states(survey) == [("closed", "FIBRE", None)]


def test_where_the_survey_has_no_figure_any_more_nobody_knows(survey):
    take(survey, f"{people.IA_DOM};FIBRE;73;100")
    daily.compare_counts()
    for submission_id in db.session.scalars(select(Submission.id)).all():
        with transaction():
            pipeline.throw_away(submission_id, "x", OPERATOR)
    daily.compare_counts()
    assert states(survey) == [("open", "FIBRE", None)]


def test_tasks_are_found_by_place_indicator_and_source_and_come_in_pages(survey):
    village = survey.village.public_id
    take(survey, f"{people.IA_DOM};FIBRE;73;100", f"{village};FIBRE;90;100", f"{village};PHONE;5;9")
    opened(survey)
    found = list_tasks(OPERATOR, survey.round)
    assert [round(task.difference, 2) for task in found] == [-0.44, 0.4, 0.23]
    by_place = list_tasks(OPERATOR, survey.round, sort="place")
    assert {one.count.unit.level for one in by_place[:1]} <= {"commune", "village"}

    def ids(**wanted):
        return {one.id for one in list_tasks(OPERATOR, survey.round, TaskFilter(**wanted))}

    assert ids(unit_id=survey.village.id) == {found[0].id, found[1].id}
    assert ids(unit_id=people.unit(people.IA_DOM).id) == {one.id for one in found}
    assert ids(indicator="PHONE") == {found[0].id}
    assert ids(table="viettel") == {one.id for one in found}
    assert ids(table="vnpt") == set()
    assert count_tasks(OPERATOR, survey.round, TaskFilter(indicator="FIBRE")) == 2
    page = list_tasks(OPERATOR, survey.round, start=1, limit=1)
    assert [one.id for one in page] == [found[1].id]


def test_who_is_to_act(survey):
    analyst, _ = actor(survey, "province_analyst"), actor(survey, "commune_lead", people.IA_DOM)
    elsewhere = actor(survey, "province_analyst", people.PLEIKU)
    found = holders("count.manage", survey.village.id, survey.project.id)

    assert [one.id for one in found] == [analyst.id]
    there = holders("count.manage", people.unit(people.PLEIKU).id, survey.project.id)
    assert {one.id for one in there} == {analyst.id, elsewhere.id}
