"""The code with which ODK Collect sets itself up for a surveyor."""

import base64
import json
import zlib

from app.accounts.app_users import app_user_token
from app.accounts.models import AppUser

COLOUR, ICON = "#0b5c56", "🏡"


def project_url(app_user: AppUser, base_url: str) -> str:
    """The address that a phone speaks to; never with a query or a slash at its end."""
    return f"{base_url}/v1/key/{app_user_token(app_user)}/projects/{app_user.project_id}"


def collect_settings(server_url: str, project_name: str, enumerator_code: str) -> str:
    """Base64 of deflated JSON, as a QR code holds it (OpenRosa conformance 142 to 146).

    Whatever is not named falls back to Collect's own defaults, among them a foreign server.
    """
    settings = {
        "general": {
            "server_url": server_url,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
            "metadata_username": enumerator_code,
        },
        "admin": {},
        "project": {"name": project_name, "color": COLOUR, "icon": ICON},
    }
    packed = zlib.compress(json.dumps(settings, ensure_ascii=False).encode(), 9)
    return base64.b64encode(packed).decode()
