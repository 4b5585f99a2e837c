"""Publishing forms that declare entities, and forms that choose from their lists."""

import pytest

from app import programme
from app.accounts.actors import OPERATOR
from app.db import db
from app.entities.models import EntityList, EntityProperty
from app.entities.registry import TAKEN
from app.errors import Conflict
from app.forms.media import REGISTRY
from app.forms.source import FormSource
from app.xforms.problems import FormRefused
from tests.entities import trees
from tests.survey import start_survey

VISIT = """
| survey |
| | type                           | name | label |
| | select_one_from_file trees.csv | tree | Tree  |
| settings |
| | form_id | version |
| | visit   | 1       |
"""


@pytest.fixture
def survey(app):
    return start_survey(households=1)


def publish(survey, text, **media):
    files = {name.replace("_", "."): content for name, content in media.items()}
    source = FormSource("f.md", text.encode(), files)
    return programme.publish(survey.project.id, source, OPERATOR).version


def made_lists(version):
    return {file.name: file.made_list for file in version.media}


def test_a_form_may_choose_from_a_list_that_another_form_makes(survey):
    with pytest.raises(FormRefused, match=r"trees\.csv: give this file"):
        publish(survey, VISIT)
    trees.publish(survey)
    assert made_lists(publish(survey, VISIT)) == {"trees.csv": "entities:trees"}


def test_or_from_one_that_it_makes_itself(survey):
    text = trees.TREE.replace("{version}", "1").replace(
        "| text | tree | Tree", "| select_one_from_file trees.csv | tree | Tree"
    )
    assert made_lists(publish(survey, text)) == {"trees.csv": "entities:trees"}


def test_a_file_of_that_name_that_comes_with_the_form_is_that_file(survey):
    trees.publish(survey)
    version = publish(survey, VISIT, trees_csv=b"name,label\n1,Lim\n")
    assert made_lists(version) == {"trees.csv": None}


def test_more_forms_bring_more_properties_and_publishing_again_none(survey):
    for version in ("1", "1", "2"):
        trees.publish(survey, version=version)
    trees.publish(survey, trees.PLOT)
    [found] = db.session.query(EntityList).filter_by(name="trees").all()
    names = [p.name for p in db.session.query(EntityProperty).filter_by(list_id=found.id)]
    assert (sorted(names), found.revision) == (["girth", "owner", "species"], 3)


@pytest.mark.parametrize("name", sorted(TAKEN - {REGISTRY}))
def test_names_of_lists_that_the_server_makes_are_taken(survey, name):
    with pytest.raises(Conflict, match="makes the list"):
        publish(survey, trees.TREE.replace("{version}", "1").replace("| trees |", f"| {name} |"))
    assert db.session.query(EntityList).count() == 0


@pytest.mark.parametrize(
    ("old", "new"), [("| species | |", "| Species | |"), ("| trees |", "| Trees |")]
)
def test_names_that_differ_by_capitals_are_refused(survey, old, new):
    trees.publish(survey)
    with pytest.raises(Conflict, match="capitals"):
        publish(survey, trees.TREE.replace("{version}", "2").replace(old, new))
