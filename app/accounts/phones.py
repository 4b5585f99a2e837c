"""The phone behind a request, with its rights and what its downloads are made of: one question."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.accounts.actors import Actor, Grant
from app.db import Question, ask

# Revisions are looked up by village, of which a phone has few: a join would have the planner, who
# knows an average of all places only, read those of the whole province.
_PHONE = """
    select a.id, a.generation, encode(a.token_hash, 'hex'), a.name, p.language,
           p.lists_version || '.' || coalesce((
               select sum((
                          select h.revision from household_places h
                           where (h.project_id, h.unit_id) = (p.id, u.unit_id)))
                 from role_grants g join org_unit_ancestors u on u.ancestor_id = g.org_unit_id
                where g.app_user_id = a.id and g.revoked_at is null), 0),
           (select revision from downloads),
           (select string_agg(project_id || ' ' || role || ' ' || org_unit_id, ',' order by id)
              from role_grants where app_user_id = a.id and revoked_at is null)
      from app_users a join projects p on p.id = a.project_id
     where a.project_id = $1::int and a.revoked_at is null and
"""
_BY_TOKEN = Question(b"phone_by_token", f"{_PHONE} a.token_hash = decode($2, 'hex')".encode())
_BY_NAME = Question(b"phone_by_name", f"{_PHONE} a.username = $2".encode())
_KNOWN = Question(
    b"phone_known",
    b"select 1 from app_users where project_id = $1::int and revoked_at is null"
    b" and token_hash = decode($2, 'hex')",
)


class Edition(NamedTuple):
    """Another one whenever what a phone gets may be another; equal ones mean the same downloads."""

    revision: str | None  # forms, their files, places, rounds
    lists: str  # the registry of households, and its changes where the phone is at work


@dataclass(frozen=True, slots=True)
class Phone:
    """A surveyor's phone as it is now: read anew for every request."""

    id: int
    generation: int
    token_hash: bytes
    actor: Actor
    edition: Edition


NOBODY = Phone(0, 0, b"", Actor("app_user", 0, "", ""), Edition(None, ""))


def phone_by_token(token_hash: bytes, project_id: int) -> Phone | None:
    """The phone with this token in this project, unless it was revoked."""
    return _phone(_BY_TOKEN, project_id, token_hash.hex())


def phone_by_name(username: str, project_id: int) -> Phone | None:
    """The phone of the surveyor of this (folded) name in this project, unless it was revoked."""
    return _phone(_BY_NAME, project_id, username)


def is_known(token_hash: bytes, project_id: int) -> bool:
    """Whether a phone with this token may send to this project; nothing else is read."""
    return bool(ask(_KNOWN, b"%d" % project_id, token_hash.hex().encode()))


def _phone(question: Question, project_id: int, key: str) -> Phone | None:
    rows = ask(question, b"%d" % project_id, key.encode())
    if not rows:
        return None
    number, generation, token_hash, name, language, lists, revision, grants = (
        None if value is None else value.decode() for value in rows[0]
    )
    return Phone(
        int(number or 0),
        int(generation or 0),
        bytes.fromhex(token_hash or ""),
        Actor("app_user", int(number or 0), name or "", language or "", _grants(grants or "")),
        Edition(revision, lists or ""),
    )


@lru_cache(maxsize=4096)
def _grants(told: str) -> tuple[Grant, ...]:
    """Grants from `project role unit,…`."""
    held = (grant.split(" ") for grant in told.split(",") if grant)
    return tuple(Grant(int(project), role, int(unit)) for project, role, unit in held)
