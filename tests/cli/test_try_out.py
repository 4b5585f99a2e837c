"""`thonso figures try`: what a workbook would change, tried and not published."""

from app.db import db, driver
from tests.survey import HOUSEHOLD_FORM, start_survey


def test_a_workbook_is_compared_and_tried(thonso, tmp_path):
    survey = start_survey(households=3)
    for household, answer in zip(survey.ids, ("1", "0", "8"), strict=True):
        survey.send(survey.instance(household, fibre=answer))
    project = f"--project {survey.project.id}"
    same, other = tmp_path / "same.md", tmp_path / "other.md"
    text = HOUSEHOLD_FORM.replace("{version}", "1")
    same.write_text(text)
    other.write_text(
        text.replace("| FIBRE | 1 ", "| FIBRE | 2 ").replace("${fibre} = '1'", "${fibre} != '1'")
    )
    db.session.rollback()

    assert "Nothing differs" in thonso(f"figures try {same} {project}").output
    told = thonso(f"figures try {other} {project} --round 2026-1").output
    assert "FIBRE (changed)\n  version: 1  ->  2\n" in told
    assert "numerator: ${fibre} = '1'  ->  ${fibre} != '1'" in told
    assert "Tried on 3 of 3" in told
    assert "0.5000 = 1/2, n 2, 1 missing  ->  0.5000 = 1/2, n 2, 1 missing; 2 interviews" in told
    versions = driver().execute("select count(*) from indicator_versions").fetchone()
    assert versions == (2,)
    other.write_text(text.replace("${fibre} = '1'", "${nix} = '1'"))
    assert thonso(f"figures try {other} {project}").exit_code == 1
