"""Publishing scorecards: versions, who may, and what is told about indicators."""

import pytest

from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.errors import Conflict, NotAllowed, NotFound
from app.scorecards import catalog
from app.xforms.problems import FormRefused
from tests import people
from tests.survey import start_survey

BOOK = """
| settings |
| | code | version | year | label |
| | CDS | {version} | 2026 | Xã hội số |
| criteria |
| | code | label | indicator | points | rule | target |
| | C1 | Cáp quang | FIBRE | {points} | target | {target} |
| | C2 | Ví điện tử | WALLET | 10 | proportional | |
"""


def book(version=1, points=20, target="80%"):
    return BOOK.format(version=version, points=points, target=target).encode()


@pytest.fixture
def project_id(app):
    return start_survey(households=1).project.id


def publish(project_id, content, actor=OPERATOR):
    with transaction():
        return catalog.publish(project_id, "cds.md", content, actor)


def test_a_new_version_takes_the_place_of_the_earlier_one(project_id):
    first = publish(project_id, book())
    assert publish(project_id, book()).id == first.id
    second = publish(project_id, book(2, points=30))

    assert [one.id for one in catalog.list_scorecards(project_id)] == [second.id]
    assert catalog.definition_of(catalog.get_scorecard(project_id, "CDS")).points == 40
    db.session.refresh(first)
    assert not first.in_force


def test_a_published_version_never_changes(project_id):
    publish(project_id, book(2))
    with pytest.raises(Conflict, match="Raise its version"):
        publish(project_id, book(2, points=21))
    with pytest.raises(Conflict, match="Version 2 of the scorecard CDS is in force"):
        publish(project_id, book(1))


def test_an_indicator_that_is_not_there_yet_is_a_warning(project_id):
    assert [str(finding) for finding in catalog.check(project_id, "cds.md", book())] == [
        "criteria!C3: There is no indicator WALLET yet: no points can be computed."
    ]


def test_a_share_has_a_share_as_its_target(project_id):
    with pytest.raises(FormRefused, match="criteria!F2: FIBRE is a share: write the target"):
        publish(project_id, book(target="80"))


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("steps | | 80=20; 60=15 | ", "criteria!G2: FIBRE is a share: write the steps as 80%=20"),
        ("steps | | 80%=20; 60%=15 | ", None),
        ("count | | | 2", "criteria!H2: FIBRE is a share, at most 1"),
        ("target | 120% | |", "criteria!F2: FIBRE is a share: write the target"),
    ],
)
def test_all_points_of_a_share_are_within_its_reach(project_id, rule, fault):
    text = book().decode().partition("| criteria |")[0]
    text += "| criteria |\n| | code | label | indicator | points | rule | target | steps | each |\n"
    found = catalog.check(
        project_id, "cds.md", f"{text}| | C1 | L | FIBRE | 20 | {rule} |".encode()
    )
    assert [str(finding).startswith(fault or "-") for finding in found] == ([True] if fault else [])


def test_a_target_above_one_is_doubted_where_nothing_is_known_of_the_value(project_id):
    text = book(target="80").decode().replace("FIBRE", "LATER")
    found = [str(finding) for finding in catalog.check(project_id, "cds.md", text.encode())]
    assert found[1].startswith("criteria!F2: If the value is a share, write the target as 0.8")


def test_only_who_manages_scorecards_in_the_whole_province_publishes(project_id):
    for role, place in (("province_analyst", people.GIA_LAI), ("administrator", people.IA_DOM)):
        with transaction():
            actor = people.actor(role, place, of=db.session.get(people.Project, project_id))
        with pytest.raises(NotAllowed):
            publish(project_id, book(), actor)
    with transaction():
        actor = people.actor(
            "administrator", people.GIA_LAI, of=db.session.get(people.Project, project_id)
        )
    assert publish(project_id, book(), actor).published_by == actor.label


def test_another_projects_scorecard_is_not_found(project_id):
    publish(project_id, book())
    with transaction():
        other = people.project(name="Khác")
    with pytest.raises(NotFound):
        catalog.get_scorecard(other.id, "CDS")


def test_unreadable_files_are_told(project_id):
    for name, content in (("x.xlsx", b"PK"), ("x.pdf", b""), ("x.md", b"\xff")):
        (finding,) = catalog.check(project_id, name, content)
        assert finding.severity == "error"
