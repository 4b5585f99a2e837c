"""The demo's accounts and phones: people of the province and its communes, and surveyors."""

import random
from typing import TYPE_CHECKING, Any

from app.demo.chance import happens
from app.demo.names import MAN, WOMAN, full_name
from app.demo.places import COMMUNES, VILLAGES
from app.demo.schedule import SURVEYORS_PER_COMMUNE, surveyor_of

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.org_units.models import OrgUnit

PROJECT = 1
REVIEWER = "commune_reviewer"
# Username and role; the commune's code is added to the accounts of a commune.
PROVINCE_ACCOUNTS = (
    ("admin", "administrator"),
    ("analyst", "province_analyst"),
    ("auditor", "auditor"),
    ("api", "province_analyst"),
)
COMMUNE_ACCOUNTS = (("reviewer", REVIEWER), ("lead", "commune_lead"))


def make_people(
    rng: random.Random, province: "OrgUnit", communes: "list[OrgUnit]"
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The accounts as scripts know them, and the keys of those that speak to the API."""
    from app.accounts.passwords import generate_password
    from app.accounts.tokens import issue_api_token

    password = generate_password()

    wanted = [(username, role, province) for username, role in PROVINCE_ACCOUNTS]
    for code, commune in zip(COMMUNES, communes, strict=True):
        wanted += [(f"{username}.{code}", role, commune) for username, role in COMMUNE_ACCOUNTS]
    users, tokens = [], {}
    for username, role, unit in wanted:
        user = _account(rng, username, password, role, unit)
        if username == "api" or role == REVIEWER:
            tokens[username] = issue_api_token(user, "demo")
        users.append({"username": username, "password": password, "role": role, "unit_id": unit.id})
    return users, tokens


def _account(
    rng: random.Random, username: str, password: str, role: str, unit: "OrgUnit"
) -> "User":
    from app.accounts.actors import OPERATOR
    from app.accounts.grants import grant_role
    from app.accounts.users import create_user, find_user, set_password

    name = full_name(rng, jrai=happens(rng, 0.3), sex=rng.choice((MAN, WOMAN)))
    user = find_user(username)
    if user is None:
        user = create_user(OPERATOR, username=username, full_name=name, password=password)
    else:
        set_password(OPERATOR, user, password)
    grant_role(OPERATOR, user, role=role, unit_id=unit.id, project_id=PROJECT)
    return user


def _different_names(rng: random.Random, count: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        names[full_name(rng, jrai=happens(rng, 0.6), sex=rng.choice((MAN, WOMAN)))] = None
    return list(names)


def make_surveyors(rng: random.Random, villages: "dict[str, OrgUnit]") -> list[dict[str, Any]]:
    from app.accounts.app_users import (
        app_user_token,
        create_app_user,
        device_password,
        find_by_username,
    )  # fmt: skip

    surveyors = []
    names = _different_names(rng, len(COMMUNES) * SURVEYORS_PER_COMMUNE)
    for position, name in enumerate(names):
        username = f"dtv{position + 1:02}"
        own = [villages[v.key].id for v in VILLAGES if surveyor_of(v) == position]
        phone = find_by_username(username, PROJECT) or create_app_user(
            PROJECT, name, username, username.upper(), own
        )
        surveyors.append({
            "name": phone.name,
            "token": app_user_token(phone),
            "username": username,
            "password": device_password(phone),
        })  # fmt: skip
    return surveyors
