"""Words for codes of the household registry."""

from app.i18n import gettext


def household_sort(code: str) -> str:
    """In which order households are listed."""
    known = {
        "place": gettext("by village and number"),
        "code": gettext("by code"),
        "size": gettext("largest first"),
        "changed": gettext("last changed first"),
    }
    return known.get(code, code)


def household_field(code: str) -> str:
    """What the registry knows of a household."""
    known = {
        "village": gettext("Village"),
        "number": gettext("Number"),
        "size": gettext("People"),
        "n15": gettext("15 or older"),
        "n18": gettext("18 or older"),
        "poor": gettext("Poor"),
        "label": gettext("Name"),
        "landmark": gettext("Landmark"),
        "phone": gettext("Telephone"),
        "latitude": gettext("Latitude"),
        "longitude": gettext("Longitude"),
    }
    return known.get(code, code)


def household_change(code: str) -> str:
    """What was done to a household."""
    known = {
        "import": gettext("from a spreadsheet"),
        "move": gettext("to another village"),
        "merge": gettext("merged into another household"),
        "split": gettext("split from another household"),
        "listing": gettext("by its listing"),
        "number": gettext("another number, since two had the same"),
    }
    return known.get(code, code)


def household_event(code: str) -> str:
    """What was done with another household, and so to this one."""
    known = {
        "merge": gettext("another household was merged into it"),
        "split": gettext("another household was split from it"),
    }
    return known.get(code, code)


def poverty(code: str | None) -> str:
    """Whether the commune's list calls a household poor, by the listing form's codes."""
    known = {
        "1": gettext("poor"),
        "2": gettext("near-poor"),
        "3": gettext("neither"),
        "8": gettext("not known"),
    }
    return known.get(code or "", code or "–")


def double_reason(code: str) -> str:
    """By what two households look like one."""
    known = {
        "name": gettext("name"),
        "phone": gettext("telephone"),
        "place": gettext("place of the house"),
    }
    return known.get(code, code)
