"""`thonso submissions import`: a stick on the command line."""

import pytest

from app import pipeline
from app.imports import bring
from tests.imports.test_find import lay
from tests.imports.test_run import stick
from tests.survey import start_survey


@pytest.fixture
def survey(app):
    return start_survey(policy="hold-all", households=4)


def test_it_tells_what_became_of_each_folder(thonso, survey, tmp_path):
    folder = lay(tmp_path / "stick", stick(survey))
    command = f"submissions import {folder} --project {survey.project.id} --surveyor dtv01"
    first, second = thonso(command), thonso(command)
    assert first.exit_code == second.exit_code == 0
    assert "folders: 4 of 4" in first.output
    assert "instances/cut: skipped: The file is damaged and cannot be read." in first.output
    assert first.output.splitlines()[-1] == "3 new, 0 edits, 0 already here, 0 parked, 1 skipped"
    assert second.output.splitlines()[-1] == "0 new, 0 edits, 3 already here, 0 parked, 1 skipped"


def test_ctrl_c_stops_it_and_says_how_to_go_on(thonso, survey, tmp_path, monkeypatch):
    folder = lay(tmp_path / "stick", stick(survey))

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    command = f"submissions import {folder} --project {survey.project.id}"
    with monkeypatch.context() as patch:
        patch.setattr(bring, "receive_brought", interrupted)
        stopped = thonso(command)
    assert stopped.exit_code == 130
    assert "Run it again to go on" in stopped.output
    assert "3 new" in thonso(command).output
    pipeline.settle()


def test_refusals_are_one_line(thonso, survey, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no zip")
    for line, text in (
        (f"{tmp_path}/x.zip --project {survey.project.id}", "neither a folder nor a readable zip"),
        (f"{tmp_path} --project {survey.project.id} --surveyor nobody", "has no surveyor nobody"),
        (f"{tmp_path} --project 999999", "nothing at this address"),
    ):
        refused = thonso(f"submissions import {line}")
        assert refused.exit_code == 1
        assert text in refused.output


def test_changes_are_followed_from_a_cursor(thonso, survey):
    asking = f"submissions changes --project {survey.project.id}"
    survey.send(survey.instance(survey.ids[0]))
    first = thonso(asking)
    assert first.exit_code == 0, first.output
    [line] = first.stdout.splitlines()
    assert line.split("\t")[1:] == ["written", "received", "ho"]
    cursor = first.stderr.split()[-1]
    survey.send(survey.instance(survey.ids[1]))
    second = thonso(f"{asking} --after {cursor}")
    assert len(second.stdout.splitlines()) == 1
    assert "Start without it" in thonso(f"{asking} --after x").output
