"""Samples of the town: households of its communes, or of some of its villages."""

from fractions import Fraction

from app.db import driver
from tests.attack.town import HOMES, VILLAGES, Town
from tests.attack.worlds import World

SAMPLE = """
insert into samples (round_id, kind, settings, seed, frame_sha256, frame, drawn, drawn_by)
values (%s, %s, '{}', '1', '', %s, %s, 'operator') returning id
"""
PART = """
insert into sample_parts (sample_id, code, stratum, village_id, frame, drawn, probability, chance)
values (%s, %s, %s, %s, %s, %s, %s, %s)
"""
HOUSEHOLD = """
insert into sample_households
    (sample_id, household, village_id, stratum, part, probability, place, role)
values (%s, %s, %s, %s, %s, %s, %s, 'drawn')
"""
FORGET = ("sample_households", "sample_parts", "samples")


def draw(town: Town, world: World) -> None:
    """Draws the first households of each village, as many as the world says."""
    for table in FORGET:
        driver().execute(f"delete from {table}")
    if not world.sample:
        return
    frame = HOMES * len(VILLAGES)
    asked = (town.round.id, world.sample, frame, sum(world.homes))
    ((sample,),) = driver().execute(SAMPLE, asked)
    for part, villages in _parts(town, world).items():
        drawn, inside = sum(world.homes[at] for at in villages), HOMES * len(villages)
        chance = _chance(world)
        probability = float(chance * Fraction(drawn, inside))
        of_village = town.villages[villages[0]].id if world.sample == "two-stage" else None
        stratum = VILLAGES[villages[0]][1]
        told = (sample, part, stratum, of_village, inside, drawn, probability, float(chance))
        driver().execute(PART, told)
        for at in villages:
            place = town.villages[at]
            for n in range(1, world.homes[at] + 1):
                code = f"{place.public_id}-{n:04d}"
                row = (sample, code, place.id, stratum, part, probability, n)
                driver().execute(HOUSEHOLD, row)


def chances(town: Town, world: World) -> dict[str, Fraction]:
    """By part of a sample, how likely each of its households was."""
    if not world.sample:
        return {}
    return {
        part: _chance(world)
        * Fraction(sum(world.homes[at] for at in villages), HOMES * len(villages))
        for part, villages in _parts(town, world).items()
    }


def _chance(world: World) -> Fraction:
    """Of a village in the first stage."""
    return Fraction(1, 2) if world.sample == "two-stage" else Fraction(1)


def _parts(town: Town, world: World) -> dict[str, list[int]]:
    """The villages of each part in which somebody was drawn."""
    found: dict[str, list[int]] = {}
    for at, (_, commune) in enumerate(VILLAGES):
        if world.homes[at]:
            part = str(town.villages[at].public_id) if world.sample == "two-stage" else commune
            found.setdefault(part, []).append(at)
    return found
