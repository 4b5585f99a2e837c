"""`/api/v1/households`: the registry, one household with its history, changes, and likely doubles.

Names, telephones and places of houses are personal data and are not served here.
"""

from typing import Any

from app import programme
from app.access import requires
from app.accounts.territory import get_unit
from app.api.blueprint import caller, resource
from app.api.cursors import read_cursor, write_cursor
from app.api.errors import BadParameters
from app.api.household_schemas import (
    HouseholdChangeBody,
    HouseholdChangeSchema,
    HouseholdDetail,
    HouseholdPage,
    HouseholdPairBody,
    HouseholdPairPage,
    HouseholdPairQuery,
    HouseholdPairSchema,
    HouseholdQuery,
)
from app.api.parameters import LARGEST_RECORD, choose_project, choose_unit
from app.db import transaction
from app.errors import BadRequest
from app.households import changes, queries
from app.households.changes import CAPABILITY
from app.households.duplicates import find_pairs, keep_apart
from app.households.models import HouseholdChange
from app.households.order import Last
from app.households.queries import Known, Listed
from app.households.search import READ, Search
from app.org_units.queries import find_village

RECORD = f"int(max={LARGEST_RECORD})"
SHOWN = ("number", "size", "n15", "n18", "poor")


@resource("/households", query=HouseholdQuery, answer=HouseholdPage)
@requires("submission.read")
def list_households(asked: dict[str, Any]) -> dict[str, Any]:
    """The households of a place, in the order in which they entered the registry"""
    actor, most = caller(), asked["limit"]
    project_id = choose_project(actor, READ, asked.get("project"))
    search = Search(project_id, _place(asked), asked.get("household", ""))
    after = _after(asked.get("next"))
    found = queries.find_households(actor, search, sort="id", limit=most, after=after)
    more = write_cursor(list(found.following)) if found.following else None
    return {"items": [_household(one) for one in found.items], "next": more}


@resource("/households/<uuid:household>", answer=HouseholdDetail)
@requires("submission.read")
def show_household(household: Any) -> dict[str, Any]:
    """One household with every version it had"""
    return _detail(queries.get_known(caller(), str(household)))


@resource(
    "/households/<uuid:household>/changes",
    method="POST", body=HouseholdChangeBody, answer=HouseholdChangeSchema,
)  # fmt: skip
@requires("fieldwork.manage")
def change_household(asked: dict[str, Any], household: Any) -> dict[str, Any]:
    """Moves, merges or splits a household, or shows what that would leave"""
    actor = caller()
    known = queries.get_known(actor, str(household))
    change, which = _change(known, asked)
    with transaction():
        if asked["preview"]:
            return _tried(
                changes.preview(known.project_id, change, *which, actor=actor), actor.label
            )
        return _shown(programme.change_household(known.project_id, change, *which, actor=actor))


@resource(
    f"/households/changes/<{RECORD}:change_id>/undo", method="POST", answer=HouseholdChangeSchema
)
@requires("fieldwork.manage")
def undo_household(change_id: int) -> dict[str, Any]:
    """Takes the last change by hand of a household back"""
    project_id = queries.project_of(change_id)
    with transaction():
        return _shown(
            programme.change_household(project_id, changes.undo, change_id, actor=caller())
        )


@resource("/household-pairs", query=HouseholdPairQuery, answer=HouseholdPairPage)
@requires("submission.read")
def list_pairs(asked: dict[str, Any]) -> dict[str, Any]:
    """Households of a place that may be one, and that nobody has settled"""
    actor = caller()
    project_id = choose_project(actor, READ, asked.get("project"))
    place = _place(asked)
    if place is None:
        raise BadParameters("Say which place: unit or code.")
    return {"items": find_pairs(project_id, place, actor=actor)}


@resource("/household-pairs", method="POST", body=HouseholdPairBody, answer=HouseholdPairSchema)
@requires("fieldwork.manage")
def settle_pair(asked: dict[str, Any]) -> dict[str, Any]:
    """Says that two households are two; the pair is not listed again"""
    actor = caller()
    project_id = choose_project(actor, CAPABILITY, asked.get("project"))
    if not {"one", "other"} <= set(asked):
        raise BadParameters("Name two households.")
    with transaction():
        keep_apart(project_id, asked["one"], asked["other"], actor=actor)
    return {"one": asked["one"], "other": asked["other"], "reasons": []}


def _place(asked: dict[str, Any]) -> int | None:
    if "code" in asked:
        return choose_unit(caller(), READ, None, asked["code"], None).id
    return get_unit(caller(), READ, asked["unit"]).id if "unit" in asked else None


def _after(cursor: str | None) -> Last | None:
    if cursor is None:
        return None
    match read_cursor(cursor):
        case [int(after)] if 0 < after < LARGEST_RECORD:
            return (after,)
    raise BadParameters("“next” is not from an answer of ours. Start without it.")


def _change(known: Known, asked: dict[str, Any]) -> tuple[Any, tuple[Any, ...]]:
    if asked["act"] == "merge":
        if "into" not in asked:
            raise BadRequest("Say with “%(field)s” what is new.", field="into")
        return changes.merge, (known.code, asked["into"])
    if asked["act"] == "split":
        return changes.split, (known.code,)
    if "village" not in asked:
        raise BadRequest("Say with “%(field)s” what is new.", field="village")
    village = find_village(asked["village"])
    return changes.move, (known.code, village.id if village else 0, asked.get("number"))


def _household(one: Listed) -> dict[str, Any]:
    household, village = one.household, one.village
    shown = {name: getattr(household, name) for name in (*SHOWN, "listed_by", "since")}
    return shown | {
        "uuid": household.uuid,
        "code": household.code,
        "village": {
            "id": village.id,
            "code": village.public_id,
            "name": village.name,
            "level": village.level,
        },
        "updated_at": household.updated_at,
    }


def _detail(known: Known) -> dict[str, Any]:
    return {
        "uuid": known.uuid,
        "code": known.code,
        "household": _household(known.here) if known.here else None,
        "interviews": known.interviews,
        "changes": [_shown(change) for change in known.changes],
    }


def _shown(change: HouseholdChange) -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind,
        "code": change.code,
        "other": change.other,
        "before": _version(change.before),
        "after": _version(change.after),
        "by": change.changed_by,
        "at": change.changed_at,
        "undone_at": change.undone_at,
    }


def _tried(trial: changes.Trial, by: str) -> dict[str, Any]:
    return {
        "id": None, "kind": trial.kind, "code": trial.code, "other": trial.other,
        "before": _version(trial.before), "after": _version(trial.after), "by": by,
        "at": None, "undone_at": None,
    }  # fmt: skip


def _version(version: dict[str, Any] | None) -> dict[str, Any] | None:
    """Without what is personal."""
    if version is None:
        return None
    household = version["household"]
    return {"village": household["village_id"]} | {name: household[name] for name in SHOWN}
