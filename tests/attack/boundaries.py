"""How the places of the town change between two releases, and how they are as before again."""

from app import regrouping
from app.accounts.actors import OPERATOR
from app.clock import today
from app.db import driver, transaction
from app.org_units.changes import Decision, Newcomer
from tests import people
from tests.attack.town import Town
from tests.attack.worlds import World

# In another world the same change has the same numbers and names.
NAME = "update org_units set public_id = %s where id = %s and public_id is not null"
NUMBER_AGAIN = """
select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))
"""


def change(town: Town, world: World) -> None:
    """Lets it happen today."""
    villages = [village.id for village in town.villages]
    communes = [people.unit(code).id for code in (people.IA_DOM, people.PLEIKU)]
    decision = Decision(today(), "NQ 1")
    with transaction():
        how = world.boundaries
        if how == "villages merge":
            effects = regrouping.merge(villages[:2], Newcomer("Mook", "làng"), decision)
        elif how == "communes merge":
            into = Newcomer("Ia Dom Mới", "xã", code="99999")
            effects = regrouping.merge(communes, into, decision)
        elif how == "a village moves":
            effects = regrouping.move(villages[1], communes[1], decision)
        else:
            code = town.villages[2].public_id
            parts = [Newcomer(name, "làng") for name in ("Bi Một", "Bi Hai")]
            houses = {f"{code}-{n:04d}": parts[n % 2].name for n in range(1, world.homes[2] + 1)}
            effects = regrouping.split(villages[2], parts, decision, houses)
        town.event = effects.event.id
        for number, made in enumerate(effects.made, 1):
            driver().execute(NAME, (f"T-MADE{number}", made.id))
        driver().execute("delete from stale_villages")


def undo(town: Town) -> None:
    """Takes it back, as if it had not been; what was given out has to be gone."""
    if town.event is not None:
        with transaction():
            regrouping.take_back(town.event, OPERATOR.label)
            driver().execute("delete from org_unit_events where id = %s", (town.event,))
            driver().execute("delete from stale_villages")
            for table in ("org_units", "org_unit_events"):
                driver().execute(NUMBER_AGAIN.format(table=table))
        town.event = None
