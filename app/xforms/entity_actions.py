"""The entities that an interview makes or changes, as its XML says (ODK Entities 2022.1–2025.1)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from app.xforms.entity_blocks import EntityBlock
from app.xforms.untrusted import local_attributes, local_name

_TRUE = {"1", "true"}
_UUID_4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_MOST_DIGITS = 9  # what a column of the database holds


@dataclass(frozen=True, slots=True)
class EntityAction:
    """What one entity block of an interview wants done; a question that was not asked is absent."""

    list: str
    id: str  # UUID in small letters, as the interview wrote it when it is none
    position: str = ""  # which block: "" the form's own, "tree[2]" the second row's
    create: bool = False
    update: bool = False
    base: int | None = None  # the version of the entity that the phone changed
    trunk: int | None = None  # the last version that it had from the server
    branch: str | None = None  # id of a chain of changes made without signal
    label: str | None = None
    values: dict[str, str] = field(default_factory=dict)  # property -> text
    problem: str | None = None  # code of what makes it impossible, whatever is in the list

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {name: getattr(self, name) for name in self.__slots__}


def read_entity_actions(
    root: etree._Element, blocks: Sequence[EntityBlock]
) -> Iterator[EntityAction]:
    """Yield what each block asks for, in the order of the blocks and rows; nothing raises.

    One that neither creates nor updates asks for nothing.
    """
    for block in blocks:
        parts = block.path.split("/") if block.path else []
        for holder, position in _holders(root, parts, ""):
            for entity in holder.iterfind("{*}meta/{*}entity"):
                said = local_attributes(entity)
                if _true(said, "create") or _true(said, "update"):
                    yield _action(block, holder, entity, position)


def _holders(
    element: etree._Element, parts: list[str], position: str
) -> Iterator[tuple[etree._Element, str]]:
    if not parts:
        yield element, position
        return
    below = [child for child in element if local_name(child) == parts[0]]
    for number, child in enumerate(below, 1):
        row = f"[{number}]" if len(below) > 1 else ""
        yield from _holders(child, parts[1:], f"{position}/{parts[0]}{row}".lstrip("/"))


def _action(
    block: EntityBlock, holder: etree._Element, entity: etree._Element, position: str
) -> EntityAction:
    said = local_attributes(entity)
    label = _text(entity.find("{*}label"))
    uuid = said.get("id", "").strip().lower().removeprefix("uuid:")
    values = {
        name: text
        for path, name in block.saves.items()
        if (text := _answer(holder, path[len(block.path) :].lstrip("/"))) is not None
    }
    numbers = {name: _whole(said.get(f"{name}Version", "")) for name in ("base", "trunk")}
    action = EntityAction(
        list=said.get("dataset", "").strip() or block.list,
        id=uuid,
        position=position,
        create=_true(said, "create"),
        update=_true(said, "update"),
        base=numbers["base"],
        trunk=numbers["trunk"],
        branch=said.get("branchId", "").strip() or None,
        label=label or None,
        values=values,
    )
    problem = _problem(action, block, said)
    return EntityAction(**{**action.to_json(), "problem": problem})


def _problem(action: EntityAction, block: EntityBlock, said: dict[str, str]) -> str | None:
    if action.list != block.list:
        return "other-list"
    if not _UUID_4.fullmatch(action.id):
        return "no-id" if not action.id else "bad-id"
    for name, number in (("baseVersion", action.base), ("trunkVersion", action.trunk)):
        if said.get(name, "").strip() and number is None:
            return "bad-version"
    if not action.create and action.base is None:
        return "no-base"
    if not action.update and action.label is None:
        return "no-label"
    return None


def _answer(holder: etree._Element, path: str) -> str | None:
    return _text(holder.find("/".join(f"{{*}}{part}" for part in path.split("/"))))


def _text(element: etree._Element | None) -> str | None:
    return None if element is None else (element.text or "").strip()


def _true(said: dict[str, str], name: str) -> bool:
    return said.get(name, "").strip().lower() in _TRUE


def _whole(text: str) -> int | None:
    text = text.strip()
    whole = text.isascii() and text.isdigit() and 0 < len(text) <= _MOST_DIGITS
    return int(text) if whole else None
