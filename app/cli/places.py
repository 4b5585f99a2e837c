"""Places as operators write them: an official code, or a village's id."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from app.org_units.models import OrgUnit


def place(code: str) -> "OrgUnit":
    """The place with this official code today, or the village with this id."""
    from app.org_units.queries import find_by_code, find_village

    unit = find_village(code) or find_by_code(code)
    if unit is None:
        raise click.ClickException(
            f"No place has the code {code} today. Look it up: thonso units find NAME"
        )
    return unit


def written(unit: "OrgUnit") -> str:
    """A place as operators read it: code, name, what it lies in, and when it ended."""
    from app.org_units.hierarchy import ancestors
    from app.org_units.queries import display_name, last_codes

    around = (display_name(one, "en") for one in [unit, *ancestors(unit.id, unit.valid_to)])
    ended = f" (until {unit.valid_to})" if unit.valid_to else ""
    return f"{last_codes([unit.id]).get(unit.id, '-')}  {', '.join(around)}{ended}"
