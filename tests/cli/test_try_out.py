"""`thonso figures try`: what a workbook would change, tried and not published."""

from app import programme
from app.accounts.actors import OPERATOR
from app.db import db, driver
from tests.survey import HOUSEHOLD_FORM, household_form, start_survey


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


def test_versions_of_an_indicator_are_told_apart(thonso):
    survey = start_survey(households=1)
    text = HOUSEHOLD_FORM.replace("| FIBRE | 1 ", "| FIBRE | 2 ")
    changed = household_form(indicators=text.replace("${fibre} = '1'", "${fibre} != '0'"))
    programme.publish(survey.project.id, changed, OPERATOR)
    project = f"--project {survey.project.id}"
    db.session.rollback()

    told = thonso(f"figures versions FIBRE {project}").output
    assert told.splitlines() == [
        "FIBRE version 2  in force",
        "  version: 1  ->  2",
        "  numerator: ${fibre} = '1'  ->  ${fibre} != '0'",
        "FIBRE version 1",
    ]
    assert thonso(f"figures versions NIX {project}").exit_code == 1
