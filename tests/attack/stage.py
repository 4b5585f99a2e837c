"""Plays a world in the town, and reads what is given out of it, from outside and from inside."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import product

from app.accounts.actors import OPERATOR, Actor
from app.clock import local_date
from app.db import columns, db, driver, transaction
from app.errors import Conflict
from app.indicators import releases
from app.indicators.figures import Figure
from app.indicators.observe import MEASURES
from app.indicators.queries import find_figures
from app.indicators.recompute import recompute
from app.indicators.release_models import Release
from app.indicators.release_queries import list_releases
from tests import people, releasing
from tests.attack import boundaries, samples
from tests.attack.questionnaires import KINDS
from tests.attack.town import HOMES, Key, Town, of_adult, of_home
from tests.attack.worlds import Life, World

AGAIN = 100  # added to the number of a release that is read once more, under other boundaries

OF_ROUND = "select id from releases where round_id = %s"
GIVEN_OUT = (
    *(f"delete from {table} where release_id in ({OF_ROUND})"
      for table in ("hidden_figures", "released_places")),
    *(f"delete from {table} where round_id = %s"
      for table in ("released_sums", "released_bases", "releases")),
)  # fmt: skip
COUNT = """
insert into counted_interviews
    (round_id, form_id, subject, submission_id, instance_pk, village_id, household, outcome)
select round_id, form_id, subject, submission_id, instance_pk, village_id, household, outcome
from interviews where instance_pk = any(%s)
"""
_SAID = ", ".join(f"k.{name}" for name in MEASURES)
SAY = f"""
insert into observations (instance_pk, domain_ids, {", ".join(MEASURES)})
select said.pk, k.domain_ids, {_SAID}
from unnest(%s::bigint[], %s::int[]) as said (pk, kind)
join observations k on k.instance_pk = said.kind
"""
SAY_TOGETHER = f"""
insert into pair_observations (instance_pk, partner_pk, is_one, domain_ids, {", ".join(MEASURES)})
select said.pk, said.partner, true, k.domain_ids, {_SAID}
from unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[]) as said (pk, partner, kind, other)
join pair_observations k on (k.instance_pk, k.partner_pk) = (said.kind, said.other)
"""
LIVE_TOGETHER = """
update interviews i set adults = nullif(k.adults, 0)
from unnest(%s::bigint[], %s::int[]) as k (pk, adults) where i.instance_pk = k.pk
"""
LIES = """
select a.unit_id, a.ancestor_id
from org_unit_ancestors a join org_units u on u.id = a.ancestor_id
where a.unit_id = any(%(villages)s) and u.level in ('village', 'commune', 'province')
  and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
order by a.unit_id, array_position(array['village', 'commune', 'province'], u.level::text)
"""
BASES = """
select village_id, form_id, partner_id, stratum, since, until, n, eligible, unresolved, frame
from released_bases where round_id = %s
"""

Lies = list[tuple[int, ...]]  # by village, the places that hold it, from the nearest


@dataclass
class Played:
    """All figures of a world by release, and where villages lay as they were read."""

    seen: dict[Key, Figure] = field(default_factory=dict)
    known: dict[Key, Figure] = field(default_factory=dict)
    lies: dict[int, Lies] = field(default_factory=dict)
    since: dict[tuple[int, int], int] = field(default_factory=dict)  # by village and release
    steps: dict[int, int] = field(default_factory=dict)  # of lives, by the release made then


def play(town: Town, world: World) -> Played:
    """Lets all that happen, gives it out release by release, and reads it."""
    _begin(town, world)
    found = Played()
    made: dict[int, Release] = {}
    for number in range(1, world.releases + 1):
        if number == 2 and not world.is_late:
            _change(town, world, made, found)
        release = _give_out(town, world, number - 1)
        if release.version not in made:
            made[release.version] = release
            found.steps[release.version] = number - 1
            _read(town, found, release.version, release)
    if world.is_late:
        _change(town, world, made, found)
    _find_states(town, found)
    return found


def clear(town: Town) -> None:
    """Takes back what was given out, and how boundaries changed."""
    with transaction():
        for statement in GIVEN_OUT:
            driver().execute(statement, (town.round.id,))
    boundaries.undo(town)


def _begin(town: Town, world: World) -> None:
    clear(town)
    with transaction():
        _register(town, world)
        samples.draw(town, world)
        releases.set_rule(town.project.id, world.rule, OPERATOR)
        _say(town, world)


def _register(town: Town, world: World) -> None:
    driver().execute("delete from households")
    rows = [
        (town.project.id, f"{village.public_id}-{n:04d}", village.id, n, date(2025, 1, 1))
        for village, homes in zip(town.villages, world.homes, strict=True)
        for n in range(1, (HOMES if world.sample else homes) + 1)
    ]
    with driver().cursor() as cursor:
        cursor.executemany(
            "insert into households (project_id, code, village_id, number, since)"
            " values (%s, %s, %s, %s, %s)",
            rows,
        )


def _say(town: Town, world: World) -> None:
    """What the interviews say in this world, whichever of them count."""
    for table in ("observations", "pair_observations"):
        driver().execute(f"delete from {table} where instance_pk > 0")
    said, together, adults = [], [], []
    for home, life in _lives(world):
        of_homes = list(zip(town.homes[home], versions_of_home(life), strict=False))
        of_adults = list(zip(town.adults[home], versions_of_adult(life), strict=False))
        said += [(pk, of_home(kind)) for pk, kind in of_homes]
        said += [(pk, of_adult(adult)) for pk, adult in of_adults]
        adults += [(pk, len(KINDS[kind][2])) for pk, kind in of_homes]
        together += [
            (pk, other, of_adult(adult), of_home(plain(kind)))
            for (pk, adult), (other, kind) in product(of_adults, of_homes)
        ]
    driver().execute(SAY, columns(said))
    driver().execute(LIVE_TOGETHER, columns(adults))
    if together:
        driver().execute(SAY_TOGETHER, columns(together))


def _lives(world: World) -> Iterator[tuple[tuple[int, int], Life]]:
    for village, lives in enumerate(world.lives):
        for home, life in enumerate(lives, 1):
            yield (village, home), life


def plain(kind: int) -> int:
    """The kind of a home in which nobody else is asked."""
    return KINDS.index((KINDS[kind][0], "", ()))


def versions_of_home(life: Life) -> list[int]:
    """The different interviews of a household, in their order, each as a kind."""
    first: dict[object, int] = {}
    for kind in life:
        if kind is not None:
            first.setdefault((KINDS[kind][0], KINDS[kind][2]), kind)
    return list(first.values())


def versions_of_adult(life: Life) -> list[str]:
    """The same of its adult."""
    said = [KINDS[kind][1] for kind in life if kind is not None]
    return [adult for adult in dict.fromkeys(said) if adult]


def _counted(town: Town, world: World, number: int) -> Iterator[int]:
    for home, life in _lives(world):
        kind = life[number]
        if kind is None:
            continue
        house, adult, members = KINDS[kind]
        told = [(KINDS[k][0], KINDS[k][2]) for k in versions_of_home(life)]
        yield town.homes[home][told.index((house, members))]
        if adult:
            yield town.adults[home][versions_of_adult(life).index(adult)]


def _give_out(town: Town, world: World, number: int) -> Release:
    counted = list(_counted(town, world, number))
    villages = [village.id for village in town.villages]
    with transaction():
        driver().execute(
            "delete from counted_interviews where round_id = %s and household is not null",
            (town.round.id,),
        )
        driver().execute(COUNT, (counted,))
        recompute([(town.round.id, unit) for unit in (*villages, *_made(town))])
        driver().execute("delete from stale_villages")
    try:
        with transaction():
            made = releasing.release(town.round, OPERATOR, final=True, reason="–")
    except Conflict:
        with transaction():
            made = releasing.release(town.round, OPERATOR, reason="–")
    if made is None:
        (made,) = list_releases(town.round.id, limit=1)
    return made


MADE = """
select id from org_units where level = 'village' and valid_from = (
    select on_date from org_unit_events where id = %s
)
"""


def _made(town: Town) -> list[int]:
    """Villages that a change of boundaries made."""
    return [unit for (unit,) in driver().execute(MADE, (town.event,))] if town.event else []


def _change(town: Town, world: World, made: dict[int, Release], found: Played) -> None:
    """Boundaries change, and whoever reads an earlier release reads it again."""
    if not world.boundaries:
        return
    if not world.is_late:
        with transaction():
            driver().execute(
                "update releases set released_at = released_at - interval '3 days'"
                " where round_id = %s",
                (town.round.id,),
            )
        for release in made.values():
            db.session.refresh(release)
    boundaries.change(town, world)
    for version, release in list(made.items()):
        _read(town, found, version + AGAIN, release)


def _read(town: Town, found: Played, number: int, release: Release) -> None:
    """Every figure of a release, as the outsider and as the operator reads it."""
    lies = _lies(town, local_date(release.released_at))
    province = people.unit(people.GIA_LAI).id
    communes = sorted({places[-2] for places in lies})
    steps = [(province, "province")]
    steps += [(commune, level) for commune in communes for level in ("commune", "village")]
    found.lies[number] = lies
    for figures, reader in ((found.seen, town.outsider), (found.known, OPERATOR)):
        for place, level in steps:
            for figure in _figures(town, release, reader, place, level):
                named = (figure.indicator, figure.breakdown, figure.breakdown_value)
                figures[Key(number, figure.unit_id, *named)] = figure


def _figures(
    town: Town, release: Release, reader: Actor, place: int, level: str
) -> Sequence[Figure]:
    return find_figures(
        reader, round_=town.round, unit_id=place, level=level, by=None, release=release,
        given_out=reader is town.outsider,
    )  # fmt: skip


def _lies(town: Town, day: date) -> Lies:
    villages = [village.id for village in town.villages]
    found: dict[int, list[int]] = {village: [] for village in villages}
    for village, place in driver().execute(LIES, {"villages": villages, "on": day}):
        found[village].append(place)
    return [tuple(found[village]) for village in villages]


def _find_states(town: Town, found: Played) -> None:
    """Since which release each village is the same in each release."""
    at = {village.id: number for number, village in enumerate(town.villages)}
    for village, _, _, _, since, until, *_ in driver().execute(BASES, (town.round.id,)):
        for number in found.lies:
            if village in at and since <= number % AGAIN < until:
                found.since[at[village], number] = since


# By release, village, and forms: what an answer weighs, and how many interviews count.
Weights = dict[tuple[int, int, tuple[int, int]], tuple[Fraction, int]]


def weights_of(town: Town, world: World, found: Played) -> Weights:
    """Who should be there ÷ who counts, in each village, or in all of a part of a sample."""
    chances = samples.chances(town, world)
    at = {village.id: number for number, village in enumerate(town.villages)}
    sums: dict[object, list[int]] = defaultdict(lambda: [0, 0])
    bases = []
    rows = driver().execute(BASES, (town.round.id,)).fetchall()
    for village, form, partner, part, since, until, n, eligible, unresolved, frame in rows:
        if village not in at or bool(part) != bool(world.sample):
            continue
        for number in (one for one in found.lies if since <= one % AGAIN < until):
            total = sums[number, part or village, form, partner]
            total[0] += max(frame, eligible) if part else eligible + unresolved
            total[1] += n
            bases.append((number, at[village], (form, partner), part or village, n))
    return {
        (number, village, forms): (
            Fraction(*sums[number, part, *forms]) / chances.get(str(part), Fraction(1)), n
        )
        for number, village, forms, part, n in bases if n
    }  # fmt: skip
