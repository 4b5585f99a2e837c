"""`thonso scorecards`: from the workbook to what is in force."""

from pathlib import Path

import pytest

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


def test_an_unknown_project_is_told(thonso, project):
    done = thonso(f"scorecards publish {SHIPPED} --project 999999")

    assert done.exit_code == 1
    assert "Traceback" not in done.output
