"""`thonso figures explain`: what is behind a figure, for operators."""

from app.db import db
from tests.survey import start_survey


def test_a_figure_is_told_with_its_words_villages_and_interviews(thonso):
    survey = start_survey(households=3)
    survey.send(survey.instance(survey.ids[0], fibre="1"))
    survey.send(survey.instance(survey.ids[1], fibre="8"))
    place, village, first = survey.commune_code, survey.village.public_id, survey.ids[0]
    project = f"--project {survey.project.id}"
    db.session.rollback()

    told = thonso(f"figures explain FIBRE {place} {project}").output
    assert "FIBRE version 1, Ia Dom, 2026-1: 1.0000 = 1.5 / 1.5, provisional" in told
    assert "numerator: “Fibre” is “Yes”" in told
    assert "interviews: counted 1, missing 1" in told
    assert f"{first}  counted  1/1 x 1.5 = 1.5 (households of the village ÷ counted: 3 ÷ 2)" in told

    assert (
        "numerator: “Fibre” là “Yes”"
        in thonso(f"figures explain FIBRE {village} {project} --language vi --round 2026-1").output
    )
    assert (
        "  Mook Đen: 1.0000" in thonso(f"figures explain FIBRE 52 {project} --level village").output
    )
    nobody = thonso(f"figures explain FIBRE 52 {project} --level commune").output
    assert "None" not in nobody
    assert ": -, 0 of " in nobody  # a commune that nobody visited has no counts to be told
    only = thonso(f"figures explain FIBRE {village} {project} --reason missing").output
    assert first not in only
    assert thonso(f"figures explain NIX {village} {project}").exit_code == 1
    assert thonso(f"figures explain FIBRE 99999 {project}").exit_code == 1
