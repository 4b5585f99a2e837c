"""The QR code with which ODK Collect sets itself up for a surveyor."""

import base64
import json
import zlib
from pathlib import Path
from typing import TextIO

import segno

COLOUR, ICON = "#1f6f5c", "🏡"
PIXELS_PER_MODULE = 5


def collect_settings(project_url: str, project_name: str, surveyor: str) -> str:
    """What the code holds: base64 of deflated JSON (OpenRosa conformance 142-146).

    Whatever is not named falls back to Collect's own defaults, among them a foreign server.
    """
    settings = {
        "general": {
            "server_url": project_url,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
            "metadata_username": surveyor,
        },
        "admin": {},
        "project": {"name": project_name, "color": COLOUR, "icon": ICON},
    }
    packed = zlib.compress(json.dumps(settings, ensure_ascii=False).encode(), 9)
    return base64.b64encode(packed).decode()


def save_png(settings: str, path: Path) -> None:
    """Draw the code as a picture to be scanned from a screen or paper."""
    segno.make(settings, error="l", micro=False).save(str(path), scale=PIXELS_PER_MODULE, border=4)


def draw(settings: str, out: TextIO) -> None:
    """Draw the code in the terminal, two rows of modules to a line."""
    segno.make(settings, error="l", micro=False).terminal(out, compact=True, border=2)
