"""Where a form makes or changes entities, and which answers it saves to them (ODK Entities)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.xforms.document import FormDocument, line
from app.xforms.problems import Finding, Place
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
    place = line(document.model)
    found += [item for _, name in _saved(document) for item in _about_property(name, place)]
    found += [
        Finding(
            "%(path)s is saved to an entity, but none is declared around it.",
            details={"path": _inside(path)},
        )
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
        yield Finding(
            "'%(name)s' is no name for an entity list: use letters, digits, “_” and “-”.",
            line(node),
            details={"name": name},
        )


def _about_property(name: str, place: Place) -> Iterator[Finding]:
    details = {"name": name}
    if name.lower() in _RESERVED:
        yield Finding(
            "'%(name)s' cannot be a property: every entity has its own name and label.",
            place,
            details=details,
        )
    elif name.startswith("__"):
        yield Finding(
            "'%(name)s' cannot be a property: two underscores in front are the system's.",
            place,
            details=details,
        )
    elif not _PROPERTY.fullmatch(name):
        yield Finding(
            "'%(name)s' cannot be a property: use letters, digits, “_”, “-” and “.”.",
            place,
            details=details,
        )


def _inside(path: str) -> str:
    return path.lstrip("/").partition("/")[2]


def _around(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path
