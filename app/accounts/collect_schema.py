"""PURE. What ODK Collect accepts as settings; a wrong type makes it refuse the whole code.

From the client's settings schema (conformance 143 to 146). Collect passes over keys it does not
know and over words that are none of a setting's choices; here both are mistakes, since they would
leave the phone with a default.
"""

import re
from collections.abc import Iterator
from typing import Any

UPDATES = ("manual", "previously_downloaded", "match_exactly")
CHECKS = ("every_fifteen_minutes", "every_one_hour", "every_six_hours", "every_24_hours")
SENDING = ("off", "wifi_only", "cellular_only", "wifi_and_cellular")
IMAGE_SIZES = ("original_image_size", "very_small", "small", "medium", "large")

# By key: bool, str, or the words to choose from.
GENERAL: dict[str, Any] = {
    "protocol": ("odk_default", "google_sheets"),
    "appTheme": ("system", "light_theme", "dark_theme"),
    "font_size": ("13", "17", "21", "25", "29"),
    "navigation": ("swipe", "buttons", "swipe_buttons"),
    "basemap_source": ("google", "mapbox", "osm", "usgs", "stamen", "carto"),
    "form_update_mode": UPDATES,
    "periodic_form_updates_check": CHECKS,
    "autosend": SENDING,
    "constraint_behavior": ("on_swipe", "on_finalize"),
    "image_size": IMAGE_SIZES,
    "guidance_hint": ("no", "yes", "yes_collapsed"),
    **dict.fromkeys(
        ("server_url", "username", "password", "app_language", "reference_layer",
         "metadata_username", "metadata_phonenumber", "metadata_email"),
        str,
    ),
    **dict.fromkeys(
        ("automatic_update", "hide_old_form_versions", "delete_send", "high_resolution",
         "external_app_recording", "instance_sync", "analytics", "background_location",
         "background_recording"),
        bool,
    ),
}  # fmt: skip
ADMIN: dict[str, Any] = {
    "admin_pw": str,
    **dict.fromkeys(
        ("edit_saved", "send_finalized", "view_sent", "get_blank", "delete_saved", "change_server",
         "change_project_display", "change_app_theme", "change_app_language", "change_font_size",
         "change_navigation", "maps", "form_update_mode", "periodic_form_updates_check",
         "automatic_update", "hide_old_form_versions", "change_autosend", "delete_after_send",
         "change_constraint_behavior", "high_resolution", "image_size", "guidance_hint",
         "external_app_recording", "instance_form_sync", "change_form_metadata", "analytics",
         "moving_backwards", "access_settings", "change_language", "jump_to", "save_mid"),
        bool,
    ),
}  # fmt: skip
PROJECT: dict[str, Any] = {"name": str, "icon": str, "color": str}

COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def mistakes(settings: Any) -> list[str]:
    """What a phone would refuse, or pass over in silence; empty when it takes all of it."""
    if not isinstance(settings, dict):
        return ["the settings are no object"]
    return list(_mistakes(settings))


def _mistakes(settings: dict[str, Any]) -> Iterator[str]:
    parts = {"general": GENERAL, "admin": ADMIN, "project": PROJECT}
    for part, known in parts.items():
        given = settings.get(part, {} if part == "project" else None)
        if not isinstance(given, dict):
            yield f"{part} is no object"
            continue
        for key, value in given.items():
            if not _fits(known.get(key), value):
                yield f"{part}.{key} may not be {value!r}"
    yield from (f"{part} is not known" for part in settings if part not in parts)
    general, project = settings.get("general"), settings.get("project")
    if isinstance(general, dict):
        yield from _server_mistakes(general.get("server_url"))
    if isinstance(project, dict):
        colour = project.get("color", "#000")
        if isinstance(colour, str) and not COLOUR.fullmatch(colour):
            yield "project.color must be #rrggbb or #rgb"


def _fits(kind: Any, value: Any) -> bool:
    if isinstance(kind, tuple):
        return value in kind
    # True is no number to Collect, nor 1 a truth.
    return kind is not None and type(value) is kind


def _server_mistakes(address: Any) -> Iterator[str]:
    if not address:
        yield "general.server_url is missing: the phone would go to a public demonstration server"
    elif isinstance(address, str) and ("?" in address or address.endswith("/")):
        yield "general.server_url may have no query and no slash at its end"
