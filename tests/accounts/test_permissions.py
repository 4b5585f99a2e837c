"""The table of roles: nothing in it that no view could ask for, and what each role must not do."""

import re
from pathlib import Path

import pytest

import app
from app.access import CAPABILITIES
from app.accounts.permissions import ROLES

PEOPLE_PAGE = Path(app.__file__).parent.parent / "docs" / "people.md"


def roles_with(capability: str) -> set[str]:
    return {role for role, carried in ROLES.items() if capability in carried}


def test_roles_carry_known_capabilities_only_and_every_capability_is_carried():
    assert frozenset().union(*ROLES.values()) == CAPABILITIES


def test_phones_can_do_nothing_but_download_and_send():
    assert ROLES["surveyor"] == {"submission.create", "list.download"}
    assert roles_with("submission.create") == {"surveyor"}


def test_personal_answers_are_for_the_lead_and_the_administrator():
    assert roles_with("personal.read") == {"commune_lead", "administrator"}


@pytest.mark.parametrize("role", ["auditor", "api_client"])
def test_who_only_reads_changes_nothing(role):
    assert all(capability.endswith(".read") for capability in ROLES[role])
    assert "personal.read" not in ROLES[role]


def test_only_administrators_change_forms_rounds_and_people():
    for capability in ("form.manage", "round.manage", "user.manage"):
        assert roles_with(capability) == {"administrator"}


def test_the_page_for_administrators_shows_the_same_table():
    table = PEOPLE_PAGE.read_text("utf-8").partition("## Roles")[2].partition("What the")[0]
    header, _, *rows = re.findall(r"^\|(.+)\|$", table, re.MULTILINE)
    roles = [cell.strip(" `") for cell in header.split("|")][1:]
    shown = {role: set() for role in roles}
    for row in rows:
        capability, *marks = [cell.strip(" `") for cell in row.split("|")]
        for role, mark in zip(roles, marks, strict=True):
            if mark:
                shown[role].add(capability)

    assert shown == ROLES
