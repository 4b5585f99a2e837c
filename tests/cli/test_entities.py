"""`thonso entities`: lists, one entity with its versions, and a list as a file."""

import csv

import pytest

from app.audit import AuditEvent
from app.db import db
from tests.entities import trees
from tests.entities.trees import changed_tree, new_tree
from tests.survey import start_survey

TREE = "3fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f111"


@pytest.fixture
def survey(app):
    survey = start_survey(policy="hold-all", households=1)
    trees.publish(survey)
    survey.send(new_tree(survey, TREE, "lim 1", girth="1", owner="An"))
    survey.send(changed_tree(survey, TREE, 1, girth="2"))
    db.session.rollback()
    return survey


def test_lists_and_one_entity_without_what_identifies_people(thonso, survey):
    project = f"--project {survey.project.id}"
    assert (
        "trees  changed on receipt  1 entities  0 conflicts"
        in thonso(f"entities lists {project}").output
    )
    for asked in (TREE[:8], "LIM"):
        shown = thonso(f"entities show trees {asked} {project}").output
        assert shown.splitlines() == [f"{TREE}  lim 1", "  2  –  girth=2", "  1  –  girth=1"]
    assert thonso(f"entities show trees nothing {project}").exit_code == 1
    assert db.session.query(AuditEvent).filter_by(action="entity_list.read").count() == 2
    db.session.rollback()
    assert thonso(f"entities show houses x {project}").exit_code == 1


def test_a_list_as_a_file(thonso, survey, tmp_path):
    project, file = f"--project {survey.project.id}", tmp_path / "trees.csv"
    assert "is written" in thonso(f"entities export trees {file} {project}").output

    [row] = csv.DictReader(file.read_text("utf-8").splitlines())
    assert (row["name"], row["__version"], row["owner"]) == (TREE, "2", "An")
    assert db.session.query(AuditEvent).filter_by(action="entity_list.read").count() == 1
    assert thonso(f"entities export houses {file} {project}").exit_code == 1
