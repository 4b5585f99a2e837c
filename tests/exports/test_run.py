"""A workbook is made place by place: stopped, gone on with, and never of rights that changed."""

import io
from datetime import timedelta

import openpyxl
import pytest

from app import clock, daily, ledger, pipeline
from app.accounts.actors import OPERATOR, user_actor
from app.accounts.grants import grant_role
from app.db import db, driver, transaction
from app.errors import Conflict, NotFound
from app.exports import queries, run
from app.exports.ask import Asked, figures_at_most
from app.exports.models import FigureFile, FigureFilePart
from app.exports.zipped import archive, length
from app.indicators import releases
from app.indicators.disclosure import Rule
from app.indicators.table import COLUMNS, figure_row
from app.indicators.walk import Wanted, walk
from tests import people, releasing
from tests.survey import start_survey


@pytest.fixture
def survey(app):
    """Four of five households have answered in Mook Đen, and nobody in Plei Bạc."""
    survey = start_survey(policy="approve-unflagged", households=5)
    survey.add_village("Plei Bạc")
    for household, fibre in zip(survey.ids, "1101", strict=False):
        survey.send(survey.instance(household, fibre=fibre))
    return survey


def ask(survey, actor=OPERATOR, **asked):
    with transaction():
        return run.begin(actor, survey.round, Asked(**asked), "vi").id


def book_of(number, actor=OPERATOR):
    found = queries.content_of(actor, number)
    content = b"".join(archive(found))
    assert len(content) == length(found)
    return openpyxl.load_workbook(io.BytesIO(content))


def look(number):
    return db.session.get(FigureFile, number, populate_existing=True)


def test_a_worker_makes_what_the_figures_are(survey):
    number = ask(survey)
    assert ledger.is_owed(driver())
    assert ledger.owed(driver()).is_settled  # figures do not wait for files
    db.session.rollback()
    pipeline.settle()
    made = look(number)
    assert (made.state, made.done) == ("finished", len(made.steps))
    assert not ledger.is_owed(driver())

    book = book_of(number)
    assert book.sheetnames == ["Số liệu", "Giới thiệu", "Các cột"]
    head, *rows = book["Số liệu"].values
    assert head == COLUMNS
    expected = [figure_row(one) for one in walk(OPERATOR, survey.round, Wanted())]
    assert made.figures == len(rows) == len(expected)
    assert figures_at_most(OPERATOR, survey.round, Asked()) == len(expected)
    plain = [name for name in COLUMNS if name not in {"as_of", "broken"}]

    def told(row):
        return tuple(row[name] for name in plain)

    known = [dict(zip(head, row, strict=True)) for row in rows]
    order = lambda row: (row["unit_level"], row["unit_id"], row["indicator"], row["by"] or "")  # noqa: E731
    assert [told(row) for row in sorted(known, key=order)] == [
        told(row) for row in sorted(expected, key=order)
    ]
    assert "Đợt 1 (2026-1)" in dict(book["Giới thiệu"].values).values()


def test_it_stops_anywhere_and_goes_on_there(survey):
    number = ask(survey)
    total = len(look(number).steps)
    assert run.advance(number)
    with transaction():
        queries.stop(OPERATOR, number)
    assert not run.advance(number)
    assert look(number).done == 1
    pipeline.settle()
    assert look(number).state == "stopped"
    with pytest.raises(Conflict), transaction():
        queries.stop(OPERATOR, number)
    with pytest.raises(Conflict):
        queries.content_of(OPERATOR, number)
    with transaction():
        queries.resume(OPERATOR, number)
    while run.advance(number):
        pass
    assert (look(number).state, look(number).done) == ("finished", total)
    assert book_of(number)["Số liệu"].max_row == look(number).figures + 1


def test_a_worker_that_dies_leaves_whole_pieces(survey, monkeypatch):
    number = ask(survey)
    run.advance(number)
    real = run._keep

    def die(*said):
        real(*said)
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "_keep", die)
    with pytest.raises(KeyboardInterrupt):
        run.advance(number)
    monkeypatch.undo()
    assert look(number).done == 1
    while run.advance(number):
        pass
    rows = list(book_of(number)["Số liệu"].values)
    assert len(rows) == len(set(rows)) == look(number).figures + 1


def test_more_than_a_sheet_holds_goes_on_the_next(survey, monkeypatch):
    monkeypatch.setattr(run, "LAST_ROW", 100)
    number = ask(survey)
    pipeline.settle()
    book = book_of(number)
    figures = look(number).figures
    assert book.sheetnames[:-2] == ["Số liệu", "Số liệu 2", "Số liệu 3"][: -(-figures // 99)]
    parts = [list(book[name].values) for name in book.sheetnames[:-2]]
    assert {part[0] for part in parts} == {COLUMNS}
    assert sum(len(part) - 1 for part in parts) == figures
    assert [len(part) for part in parts[:-1]] == [100] * (len(parts) - 1)


def test_a_fault_is_told_and_holds_nobody_up(survey, monkeypatch, caplog):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(run, "read", fail)
    number = ask(survey)
    pipeline.settle()
    assert (look(number).state, look(number).problem) == ("failed", run.FAULT.message)
    assert "ZeroDivisionError" in caplog.text


def reader(survey, role="auditor", place=people.IA_DOM):
    return people.actor(role, place, of=survey.project)


def test_it_is_read_with_the_rights_of_who_asked(survey):
    with transaction():
        here, elsewhere = reader(survey), reader(survey, place=people.PLEIKU)
    numbers = [ask(survey, one, level="village") for one in (here, elsewhere)]
    pipeline.settle()
    rows = list(book_of(numbers[0], here)["Số liệu"].values)
    assert {row[COLUMNS.index("unit_name")] for row in rows[1:]} == {"Mook Đen", "Plei Bạc"}
    assert book_of(numbers[1], elsewhere)["Số liệu"].max_row == 1
    with pytest.raises(NotFound):
        queries.content_of(elsewhere, numbers[0])


def test_rights_that_change_end_it(survey):
    with transaction():
        user = people.person("auditor", of=survey.project)
        who = user_actor(user.id)
    ready, waiting = ask(survey, who), None
    pipeline.settle()
    waiting = ask(survey, who, level="village")
    with transaction():
        grant_role(
            OPERATOR, user, role="auditor", unit_id=people.unit(people.PLEIKU).id,
            project_id=survey.project.id,
        )  # fmt: skip
    who = user_actor(user.id)
    pipeline.settle()
    assert look(waiting).state == "failed"
    assert "Rights have changed" in look(waiting).problem
    with pytest.raises(Conflict, match="Rights have changed"):
        queries.content_of(who, ready)


def test_of_a_release_it_holds_what_was_given_out_when_it_was_asked_for(survey):
    with transaction():
        releases.set_rule(survey.project.id, Rule(threshold=3, smallest_n=0), OPERATOR)
        releasing.release(survey.round, OPERATOR)
        outsider = reader(survey, "api_client", people.GIA_LAI)
    number = ask(survey, outsider, indicator="FIBRE")
    assert look(number).asked["release"] == 1
    survey.send(survey.instance(survey.ids[4], fibre="0"))
    with transaction():
        releases.set_rule(survey.project.id, Rule(threshold=1, smallest_n=0), OPERATOR)
        releasing.release(survey.round, OPERATOR)
    pipeline.settle()
    values = {
        (row[COLUMNS.index("unit_level")], row[COLUMNS.index("value")])
        for row in list(book_of(number, outsider)["Số liệu"].values)[1:]
        if row[COLUMNS.index("n")]
    }
    assert {value for _, value in values} == {0.75}
    open_ = ask(survey, level="commune", indicator="FIBRE", is_open=True, release=1)
    pipeline.settle()
    rows = list(book_of(open_)["Số liệu"].values)
    assert len(rows) == 2
    assert "broken" not in rows[0]


def test_the_same_wish_is_one_file_and_few_are_made_at_a_time(survey):
    assert ask(survey) == ask(survey)
    for level in ("commune", "village"):
        ask(survey, level=level)
    with pytest.raises(Conflict):
        ask(survey, level="province")
    pipeline.settle()
    assert ask(survey) != ask(survey, level="province")


def test_old_ones_are_cleared_away(survey):
    old, new = ask(survey), ask(survey, level="village")
    pipeline.settle()
    with transaction():
        look(old).finished_at = clock.now() - queries.KEPT_FOR - timedelta(hours=1)
    daily.forget_files()
    assert look(old) is None
    assert look(new) is not None
    assert {part.file_id for part in db.session.query(FigureFilePart)} == {new}
    with pytest.raises(NotFound):
        queries.get_file(OPERATOR, old)
