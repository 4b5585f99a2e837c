"""Trees of villages: a form that makes and changes them, and what phones make of it."""

import uuid
from typing import Any

from app import programme
from app.accounts.actors import OPERATOR
from app.db import db, driver
from app.entities.models import Entity
from app.forms.source import FormSource
from tests.survey import Survey

SOME = "5fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f555"  # the id of a tree

# One form does both: it makes a tree, or changes the one that was chosen.
TREE = """
| survey |
| | type | name | label | save_to | pii |
| | today | today | | | |
| | text | village_id | Village | | |
| | text | tree | Tree | | |
| | text | species | Species | species | |
| | integer | girth | Girth | girth | |
| | text | owner | Owner | owner | personal |
| settings |
| | form_id | version | form_title | org_unit |
| | tree | {version} | Tree | village_id |
| entities |
| | list_name | label | entity_id | create_if | update_if |
| | trees | ${species} | coalesce(${tree}, uuid()) | ${tree} = '' | ${tree} != '' |
"""

# Several trees of one plot, and the plot itself.
PLOT = """
| survey |
| | type         | name    | label   | save_to       |
| | today        | today   |         |               |
| | text         | village_id | Village |            |
| | begin_repeat | tree    | Tree    |               |
| | text         | species | Species | trees#species |
| | integer      | girth   | Girth   | trees#girth   |
| | end_repeat   |         |         |               |
| | begin_group  | about   | About   |               |
| | text         | owner   | Owner   | plots#owner   |
| | end_group    |         |         |               |
| settings |
| | form_id | version | form_title | org_unit   |
| | plot    | 1       | Plot       | village_id |
| entities |
| | list_name | label      | repeat  |
| | trees     | ${species} | ${tree} |
| | plots     | ${owner}   |         |
"""


def publish(survey: Survey, text: str = TREE, version: str = "1") -> int:
    """Publishes one of the forms."""
    source = FormSource("trees.md", text.replace("{version}", version).encode())
    return programme.publish(survey.project.id, source, OPERATOR).version.id


def entity_xml(label: str | None, *, list_name: str = "trees", **said: Any) -> str:
    """An entity block as phones write it; `create=1`, `update=1`, `baseVersion=2`, …"""
    written = {"id": str(uuid.uuid4())} | said
    attributes = "".join(f' {name}="{value}"' for name, value in written.items())
    inside = "" if label is None else f"<label>{label}</label>"
    return f'<entity dataset="{list_name}"{attributes}>{inside}</entity>'


def tree_xml(
    survey: Survey,
    entity: str,
    *,
    village: str | None = None,
    instance_id: str | None = None,
    deprecated_id: str | None = None,
    **answers: Any,
) -> bytes:
    """A filled-in form about one tree; questions that were not asked are absent."""
    asked = "".join(f"<{name}>{text}</{name}>" for name, text in answers.items())
    edit = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    own = instance_id or f"uuid:{uuid.uuid4()}"
    return (
        '<data id="tree" version="1" xmlns:orx="http://openrosa.org/xforms">'
        f"<today>2026-11-22</today><village_id>{village or survey.village.public_id}</village_id>"
        f"{asked}<orx:meta>{entity}<orx:instanceID>{own}</orx:instanceID>{edit}</orx:meta></data>"
    ).encode()


def new_tree(survey: Survey, tree: str, label: str = "lim 1", **answers: Any) -> bytes:
    """A tree that is made without signal."""
    entity = entity_xml(label, id=tree, create=1, branchId=f"b-{tree}", trunkVersion="")
    return tree_xml(survey, entity, **answers)


def changed_tree(survey: Survey, tree: str, base: int, **answers: Any) -> bytes:
    """A change of it; what is not a question says more about the entity."""
    about = {
        name: answers.pop(name)
        for name in ("branchId", "trunkVersion", "create", "label")
        if name in answers
    }
    label = about.pop("label", None)
    entity = entity_xml(label, id=tree, update=1, baseVersion=base, **about)
    return tree_xml(survey, entity, **answers)


def the_tree() -> Entity:
    """The only one."""
    db.session.rollback()
    return db.session.query(Entity).one()


def states() -> list[tuple[Any, ...]]:
    """What became of each action, in the order of the interviews."""
    db.session.rollback()
    rows = driver().execute(
        "select state, problem, version from entity_actions order by instance_pk, position"
    )
    return rows.fetchall()


def history() -> list[tuple[Any, ...]]:
    """Every version of every entity: number, label, data, conflict."""
    db.session.rollback()
    rows = driver().execute(
        "select version, label, data, conflict from entity_versions order by entity_id, version"
    )
    return rows.fetchall()
