"""Where a form makes or changes entities, and which answers it saves to them (ODK Entities)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.xforms.document import FormDocument, line
from app.xforms.problems import Finding
from app.xforms.untrusted import local_attributes

_ENTITY = "/meta/entity"
_LIST = re.compile(r"[^\W\d][\w-]*")
_PROPERTY = re.compile(r"[^\W\d][\w.-]*")
_RESERVED = ("name", "label")


@dataclass(frozen=True, slots=True)
class EntityBlock:
    """One entity that a form declares: one for the interview, or one for each row of a repeat."""

    list: str  # name of the entity list; on the wire "dataset"
    path: str  # of the group or repeat that holds it, "" for the form itself
    saves: dict[str, str] = field(default_factory=dict)  # path of a question -> property


def read_entity_blocks(document: FormDocument) -> tuple[EntityBlock, ...]:
    """What a form declares; a question belongs to the innermost declaration around it."""
    blocks = {
        _inside(path.removesuffix(_ENTITY)): local_attributes(node).get("dataset", "").strip()
        for path, node in _entities(document)
    }
    saves: dict[str, dict[str, str]] = {path: {} for path in blocks}
    for path, name in _saved(document):
        around = next((place for place in _around(_inside(path)) if place in blocks), None)
        if around is not None:
            saves[around][_inside(path)] = name
    return tuple(EntityBlock(name, path, saves[path]) for path, name in blocks.items())


def entity_findings(document: FormDocument) -> list[Finding]:
    """Find names that phones or other forms could not live with, in a form that came as XML.

    pyxform says the same of a workbook, with its cells (ODK XForms, entities; ODK Entities spec).
    """
    entities = _entities(document)
    places = {_inside(path.removesuffix(_ENTITY)) for path, _ in entities}
    found = [finding for _, node in entities for finding in _about_list(node)]
    found += [
        Finding(f"The entity property '{name}' is no possible name: {why}.", line(document.model))
        for _, name in _saved(document)
        if (why := _bad_property(name))
    ]
    found += [
        Finding(f"{_inside(path)} is saved to an entity, but none is declared around it.")
        for path, _ in _saved(document)
        if not places.intersection(_around(_inside(path)))
    ]
    return found


def _entities(document: FormDocument) -> list[tuple[str, etree._Element]]:
    return [(path, node) for path, node in document.nodes() if path.endswith(_ENTITY)]


def _saved(document: FormDocument) -> list[tuple[str, str]]:
    binds = document.binds.items()
    return [(path, bind["saveto"].strip()) for path, bind in binds if bind.get("saveto")]


def _about_list(node: etree._Element) -> Iterator[Finding]:
    name = local_attributes(node).get("dataset", "").strip()
    if not name:
        yield Finding("An entity has no dataset: name the list it belongs to.", line(node))
    elif name.startswith("__") or not _LIST.fullmatch(name):
        message = f"'{name}' is no name for an entity list: use letters, digits, “_” and “-”."
        yield Finding(message, line(node))


def _bad_property(name: str) -> str | None:
    if name.lower() in _RESERVED:
        return "every entity has its own name and label"
    if name.startswith("__"):
        return "names with two underscores in front are the system's"
    return None if _PROPERTY.fullmatch(name) else "use letters, digits, “_”, “-” and “.”"


def _inside(path: str) -> str:
    return path.lstrip("/").partition("/")[2]


def _around(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path
