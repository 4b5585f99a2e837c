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


def old_place(code: str) -> "OrgUnit":
    """The place that had this official code until the reform."""
    from app.org_units.load import LAST_OLD_DAY
    from app.org_units.queries import find_by_code

    unit = find_by_code(code, on=LAST_OLD_DAY)
    if unit is None:
        raise click.ClickException(f"No place had the code {code} on {LAST_OLD_DAY}.")
    return unit


def written(unit: "OrgUnit") -> str:
    """A place as operators read it: code, name, and what it lies in."""
    from app.org_units.hierarchy import ancestors
    from app.org_units.queries import code_of, display_name

    around = (display_name(one, "en") for one in [unit, *ancestors(unit.id)])
    return f"{code_of(unit) or '-'}  {', '.join(around)}"
