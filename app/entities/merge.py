"""PURE. What an action makes of an entity: the next version, a wait, or a reason why not.

The rules are those of ODK Entities (2024.1 and later) as ODK Central applies them, so that phones
see the same: conflicts are applied and flagged, the last write wins for each property, and changes
made without signal are applied in the order in which the phone made them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.xforms.entity_actions import EntityAction

# Why an action could not be carried out, in words for a reviewer.
PROBLEMS = {
    "other-list": "The interview names an entity list that its form does not declare.",
    "no-id": "The entity has no id.",
    "bad-id": "The entity's id is no UUID of version 4.",
    "bad-version": "A version number of the entity is no whole number.",
    "no-base": "The change does not say which version of the entity it changes.",
    "no-label": "The new entity has no label.",
    "exists": "An entity with this id is here already.",
    "deleted": "The entity was deleted.",
    "not-here": "No such entity is in the list.",
    "version-unknown": "The entity never had the version that was changed.",
    "fault": "The programme failed at it; the server's log says why.",
    "edited": "The entity was made or changed by an earlier version of this interview.",
}


@dataclass(frozen=True, slots=True)
class Version:
    """An entity after one change; data holds every property that has been said."""

    number: int
    label: str
    data: dict[str, str] = field(default_factory=dict)
    base: int | None = None
    branch: str | None = None
    branch_base: int | None = None
    trunk: int | None = None
    conflict: str | None = None
    clashes: tuple[str, ...] = ()
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """An action that will never fit, with the code of its problem."""

    problem: str


@dataclass(frozen=True, slots=True)
class Held:
    """An action that waits for the one before it on the phone where it was made."""


def next_version(
    history: Sequence[Version], action: EntityAction, *, deleted: bool = False, force: bool = False
) -> Version | Held | Refused:
    """What an action makes of an entity with these versions, oldest first; none: it is not there.

    With `force` an action does not wait for what it follows: it changes the newest version, or
    makes the entity.
    """
    if action.problem:
        return Refused(action.problem)
    if deleted:
        return Refused("deleted")
    if not history:
        return _first(action, force=force)
    if not action.update:
        if history[0].forced:  # an update came first and a person did not wait: this is its create
            return _changed(history, action, None)
        return Refused("exists")
    if action.base is None:  # an upsert from a phone that knew of no such entity
        return _changed(history, action, None)
    base = _base(history, action)
    if isinstance(base, Held) and force:
        base = history[-1]
    return _changed(history, action, base) if isinstance(base, Version) else base


def _first(action: EntityAction, *, force: bool) -> Version | Held | Refused:
    if not (action.create or force):
        offline = action.branch is not None and action.trunk is None
        return Held() if offline else Refused("not-here")
    if action.label is None and not force:
        return Refused("no-label")
    return Version(
        1,
        action.label or action.id,
        dict(action.values),
        branch=action.branch,
        branch_base=action.base if action.update else None,
        trunk=action.trunk,
        forced=not action.create,
    )


def _base(history: Sequence[Version], action: EntityAction) -> Version | Held | Refused:
    """The version that the phone had in hand."""
    if action.trunk is not None and action.trunk > history[-1].number:
        return Refused("version-unknown")
    known = action.branch is None or action.base in {1, action.trunk}
    if known:
        found = next((v for v in history if v.number == action.base), None)
        return found or Refused("version-unknown")
    before = (action.branch, (action.base or 0) - 1)
    return next((v for v in history if (v.branch, v.branch_base) == before), None) or Held()


def _changed(history: Sequence[Version], action: EntityAction, base: Version | None) -> Version:
    newest = history[-1]
    clashes = () if base is newest else _clashes(newest, base, action)
    conflict = None
    if base is not newest:
        conflict = "hard" if clashes else "soft"
    elif _is_interrupted(history, action):
        conflict = "soft"
    return Version(
        newest.number + 1,
        action.label or newest.label,
        newest.data | action.values,
        base=base.number if base else None,
        branch=action.branch,
        branch_base=action.base if action.branch else None,
        trunk=action.trunk,
        conflict=conflict,
        clashes=clashes,
    )


def _clashes(newest: Version, base: Version | None, action: EntityAction) -> tuple[str, ...]:
    """What both this action and others since its base have said, and differently."""
    said = dict(action.values) | ({"label": action.label} if action.label else {})
    now = newest.data | {"label": newest.label}
    then = base.data | {"label": base.label} if base else {}
    return tuple(name for name, text in said.items() if now.get(name) not in (then.get(name), text))


def _is_interrupted(history: Sequence[Version], action: EntityAction) -> bool:
    """Whether another hand changed the entity since the phone left the server's versions."""
    if action.branch is None:
        return False
    since = action.trunk or 1
    return any(v.number > since and v.branch != action.branch for v in history)
