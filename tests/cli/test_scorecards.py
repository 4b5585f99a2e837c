"""`thonso scorecards`: from the workbook to what is in force."""

from pathlib import Path

import pytest

from tests.people import IA_DOM
from tests.scorecards.small import publish
from tests.survey import start_survey

SHIPPED = Path(__file__).parents[2] / "forms" / "scorecards" / "xa_hoi_so_2026.xlsx"


@pytest.fixture
def project(app):
    return start_survey(households=1).project.id


def test_the_shipped_scorecard_is_checked_published_and_listed(thonso, project):
    checked = thonso(f"scorecards check {SHIPPED} --project {project}")
    assert checked.exit_code == 0
    assert "criteria!G2: There is no indicator XHS-01 yet" in checked.output

    assert (
        "XHS version 1 is in force."
        in thonso(f"scorecards publish {SHIPPED} --project {project}").output
    )
    listed = thonso(f"scorecards list --project {project}").output
    assert listed.startswith("XHS  version 1  2026  26 criteria, 300.00 points")


def test_a_faulty_workbook_names_its_cells(thonso, project, tmp_path):
    bad = tmp_path / "bad.md"
    bad.write_text("| settings |\n| | code |\n| | A |\n| criteria |\n| | code |\n| | C1 |\n")
    for command in ("check", "publish"):
        done = thonso(f"scorecards {command} {bad} --project {project}")
        assert done.exit_code == 1
        assert "criteria!2: points is missing: fill it." in done.output
        said = thonso(f"scorecards {command} {bad} --project {project} --language vi").output
        assert "criteria!2: Thiếu points: hãy điền." in said


def test_an_unknown_project_is_told(thonso, project):
    done = thonso(f"scorecards publish {SHIPPED} --project 999999")

    assert done.exit_code == 1
    assert "Traceback" not in done.output


def test_scores_and_ranks_are_shown(thonso, app):
    survey = start_survey(households=2)
    publish(survey.project.id)
    for household, fibre in zip(survey.ids, "10", strict=True):
        survey.send(survey.instance(household, fibre=fibre))
    here = f"CDS 2026-1 --project {survey.project.id}"

    shown = thonso(f"scorecards show {here} {IA_DOM}").output.splitlines()
    assert shown[0] == "23872  Ia Dom: 22.50 of 30.00 ± 0.00"
    assert shown[1] == "   A  0.5000  12.50 of 20.00"
    assert shown[3] == "   C  -  not_reported of 10.00"
    assert thonso(f"scorecards show {here} 52").output.count("\n") == 135
    ranks = thonso(f"scorecards rank {here}").output.splitlines()
    assert ",23872,Ia Dom,CDS,2026-1,1,1,1,1,22.5,30.0,0.0" in ranks[1]
    for command in (f"show {here} {IA_DOM}", f"rank {here}"):
        assert thonso(f"scorecards {command} --joint").exit_code == 0
    unknown = thonso(f"scorecards rank CDS x --project {survey.project.id}")
    assert "There is no round" in unknown.output
