"""What operators do with figures."""

from datetime import date

import openpyxl
import pytest

from app import ledger, pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.exports import run
from app.indicators import giving_out
from tests import people
from tests.survey import start_survey


@pytest.fixture
def survey(app):
    survey = start_survey(households=5)
    for household, fibre in zip(survey.ids[:3], "100", strict=True):
        survey.post(survey.instance(household, fibre=fibre))
    pipeline.settle()
    return survey


def test_all_villages_are_summed_up_anew(thonso, survey):
    right = survey.figure().value
    with transaction():
        driver().execute("update village_sums set y = y + 1")
    assert survey.figure().value != right

    told = thonso(f"figures recompute --project {survey.project.id}")

    assert "1 villages were summed up here.\n" in told.output
    db.session.rollback()
    assert survey.figure().value == right


def test_what_is_left_of_it_is_still_owed_and_gone_on_with(thonso, survey, monkeypatch):
    with transaction():
        for name in ("Mook Trang", "Mook Trêl"):
            people.village(name)
    monkeypatch.setattr(pipeline, "STALE_BATCH", 1)
    real, summed = pipeline.refresh_figures, []

    def interrupted():
        if summed:
            raise KeyboardInterrupt
        summed.append(real())
        return summed[0]

    monkeypatch.setattr(pipeline, "refresh_figures", interrupted)
    line = f"figures recompute --jobs 1 --project {survey.project.id}"
    assert thonso(line).exit_code == 1
    monkeypatch.setattr(pipeline, "refresh_figures", real)
    assert ledger.owed(driver()).stale_villages == 2
    db.session.rollback()

    assert "2 villages were summed up here.\n" in thonso(f"{line} --rest").output


def test_a_difference_is_told_with_its_interval(thonso, survey):
    with transaction():
        later = programme.open_round(
            survey.project.id, "2026-2", "2", date(2026, 11, 10), None, actor=OPERATOR
        )
        later.review_policy = "approve-unflagged"
    for household, fibre in zip(survey.ids[:3], "110", strict=True):
        survey.post(survey.instance(household, fibre=fibre, day=date(2026, 11, 20)))
    pipeline.settle()
    line = f"figures difference 2026-2 {people.IA_DOM} --project {survey.project.id}"
    told = thonso(f"{line} --against 2026-1 --indicator FIBRE")

    assert "FIBRE  +0.3333  [-0.5737, +1.2404]  SE 0.2108" in told.output


@pytest.mark.parametrize("more", ["", "--against 2026-1 --other 23575", "--other 23872"])
def test_a_difference_needs_one_other_thing(thonso, survey, more):
    line = f"figures difference 2026-1 {people.IA_DOM} --project {survey.project.id} {more}"

    assert thonso(line).exit_code != 0


def test_places_without_a_value_have_no_difference(thonso, survey):
    line = f"figures difference 2026-1 {people.IA_DOM} --project {survey.project.id}"

    assert "FIBRE  -\n" in thonso(f"{line} --other {people.PLEIKU}").output


def test_a_check_tells_what_it_compared(thonso, survey):
    assert "Nothing was checked yet" in thonso("figures check --last").output
    told = thonso("figures check --share 100")

    assert told.exit_code == 0
    assert "(finished): 2 sums of 1 of 1 villages, 0 passed over." in told.output
    assert "differ from the answers: 0" in told.output


def test_a_drift_fails_the_command_until_it_is_gone(thonso, survey):
    with transaction():
        driver().execute("update village_sums set y = y + 1 where m > 0")
    assert thonso("figures check --share 100").exit_code == 1
    last = thonso("figures check --last")

    assert last.exit_code == 1
    assert "'name': 'y'" in last.output


def test_known_totals_are_taken_in_and_shown(thonso, survey, tmp_path):
    table = tmp_path / "totals.csv"
    table.write_text("indicator,margin,level,N\nFIBRE,commune,23872,1190\n", encoding="utf-8-sig")
    line = f"figures totals 2026-1 --project {survey.project.id}"
    assert "1 totals are known" in thonso(f"{line} {table}").output
    assert thonso(line).output == "indicator,margin,level,N\nFIBRE,commune,23872,1190\n"


def interrupt_the_second(monkeypatch, work):
    """Ctrl-C at the second step of a module's work; the number of what was begun."""
    real, made = work.advance, []

    def interrupted(number):
        if made:
            raise KeyboardInterrupt
        made.append(number)
        return real(number)

    monkeypatch.setattr(work, "advance", interrupted)
    return made


def test_a_workbook_is_written_stopped_and_gone_on_with(thonso, survey, tmp_path, monkeypatch):
    out = tmp_path / "số liệu.xlsx"
    line = f"figures file 2026-1 '{out}' --project {survey.project.id}"
    real = run.advance
    made = interrupt_the_second(monkeypatch, run)
    stopped = thonso(line)
    assert stopped.exit_code == 130
    assert f"--resume {made[0]}" in stopped.output
    assert not out.exists()
    monkeypatch.setattr(run, "advance", real)

    told = thonso(f"{line} --resume {made[0]}")
    assert told.exit_code == 0, told.output
    assert "groups of places: " in told.output
    rows = openpyxl.load_workbook(out)["Số liệu"].max_row
    assert told.output.splitlines()[-1].startswith(f"{rows - 1} figures: ")
    thonso(f"{line} --level village --by '' --open --language en")
    assert openpyxl.load_workbook(out).sheetnames[0] == "Figures"
    assert "There is nothing" in thonso(f"{line} --resume 999999").output


def test_a_release_that_somebody_takes_back_meanwhile_is_not_out(thonso, survey, monkeypatch):
    def taken_back(number):
        with transaction():
            giving_out.stop(survey.round, OPERATOR)
        with transaction():
            giving_out.take_back(survey.round, OPERATOR)
        return False

    monkeypatch.setattr(giving_out, "advance", taken_back)
    told = thonso(f"figures release 2026-1 --project {survey.project.id}")
    assert told.exit_code == 1
    assert told.output.splitlines()[-1] == (
        "Error: The release was stopped and taken back. Nothing is out."
    )


def test_a_release_is_stopped_gone_on_with_and_taken_back(thonso, survey, monkeypatch):
    here = f"2026-1 --project {survey.project.id}"
    real = giving_out.advance
    interrupt_the_second(monkeypatch, giving_out)
    stopped = thonso(f"figures release {here}")
    assert stopped.exit_code == 130
    assert "nothing is out" in stopped.output
    monkeypatch.setattr(giving_out, "advance", real)
    assert thonso(f"figures under-way {here}").output == "1  stopped, 1 of 3\n"
    assert thonso(f"figures under-way {here} --take-back").output.startswith("No release")

    assert "Release 1 of 2026-1 is out (provisional)." in thonso(f"figures release {here}").output
    assert "There is nothing" in thonso(f"figures under-way {here} --stop").output
