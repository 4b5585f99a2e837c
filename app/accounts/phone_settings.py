"""The code with which ODK Collect sets itself up for a surveyor, and what a project puts in it."""

import base64
import json
import zlib
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from app import audit
from app.accounts import collect_schema
from app.accounts.actors import Actor
from app.accounts.app_users import app_user_token, device_password
from app.accounts.models import AppUser
from app.accounts.scope import require_whole
from app.errors import BadRequest
from app.projects.models import Project
from app.projects.queries import get_project

LONGEST_NAME = 60
# Hosts that lead a phone to itself, or nowhere.
OWN_HOSTS = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}  # noqa: S104 - nothing listens here


@dataclass(frozen=True, slots=True)
class PhoneOptions:
    """What a project's phones are set to; words as Collect knows them."""

    name: str = ""  # shown on the phone; the project's own when blank
    color: str = "#0b5c56"
    icon: str = "🏡"
    form_update_mode: str = "match_exactly"
    periodic_form_updates_check: str = "every_one_hour"
    autosend: str = "wifi_and_cellular"
    image_size: str = "original_image_size"
    delete_send: bool = False
    app_language: str = ""  # "vi", or the phone's own when blank

    def general(self) -> dict[str, Any]:
        """The part that Collect calls general."""
        known = {k: v for k, v in asdict(self).items() if k in collect_schema.GENERAL}
        if not self.app_language:
            del known["app_language"]
        return known


STANDARD = PhoneOptions()


def options_of(project: Project) -> PhoneOptions:
    """What the project's phones are set to."""
    known = {field.name for field in fields(PhoneOptions)}
    return PhoneOptions(**{key: value for key, value in project.phone.items() if key in known})


def set_options(project_id: int, options: PhoneOptions, actor: Actor) -> None:
    """Changes what new codes set phones to; phones that are set up keep what they have."""
    require_whole(actor, "user.manage", project_id)
    if len(options.name) > LONGEST_NAME:
        raise BadRequest("The name on the phone has at most 60 characters.")
    settings = _settings("https://so.example", options, options.name, "x")
    if collect_schema.mistakes(settings):
        raise BadRequest("ODK Collect does not take these settings. Choose from the lists.")
    project = get_project(project_id)
    if options != options_of(project):
        changed = asdict(options)
        audit.record(actor.label, "project.phones_set", f"project:{project_id}", **changed)
        project.phone = changed


def project_url(app_user: AppUser, base_url: str) -> str:
    """The address that a phone speaks to; never with a query or a slash at its end."""
    return f"{base_url}/v1/key/{app_user_token(app_user)}/projects/{app_user.project_id}"


def named_url(app_user: AppUser, base_url: str) -> str:
    """The address for phones that sign in by name."""
    return f"{base_url}/v1/projects/{app_user.project_id}"


def leads_home(base_url: str) -> bool:
    """Whether an address reaches the server from this machine alone."""
    return urlsplit(base_url).hostname in OWN_HOSTS


def surveyor_settings(
    app_user: AppUser, project: Project, base_url: str, *, by_name: bool = False
) -> str:
    """The code of a surveyor: with the token in the address, or with name and device password."""
    options = options_of(project)
    signed = {"username": app_user.username, "password": device_password(app_user)}
    address = named_url(app_user, base_url) if by_name else project_url(app_user, base_url)
    return collect_settings(
        address, project.name, app_user.enumerator_code, options, signed if by_name else None
    )


def collect_settings(
    server_url: str,
    project_name: str,
    enumerator_code: str,
    options: PhoneOptions = STANDARD,
    signed: dict[str, str] | None = None,
) -> str:
    """Base64 of deflated JSON, as a QR code holds it (OpenRosa conformance 142 to 146).

    Whatever is not named falls back to Collect's own defaults, among them a foreign server.
    """
    settings = _settings(server_url, options, options.name or project_name, enumerator_code)
    settings["general"] |= signed or {}
    packed = zlib.compress(json.dumps(settings, ensure_ascii=False).encode(), 9)
    return base64.b64encode(packed).decode()


def _settings(
    server_url: str, options: PhoneOptions, name: str, enumerator_code: str
) -> dict[str, dict[str, Any]]:
    return {
        "general": {
            "server_url": server_url,
            **options.general(),
            "metadata_username": enumerator_code,
        },
        "admin": {},
        "project": {"name": name, "color": options.color, "icon": options.icon},
    }
