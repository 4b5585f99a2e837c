"""A share of the attack: `tests/attack/run.py` tries thousands of worlds."""

from itertools import combinations

import pytest

from app.accounts.actors import OPERATOR
from app.accounts.permissions import ROLES
from app.indicators import disclosure, hiding, walk
from app.indicators.disclosure import Rule
from app.indicators.release_queries import list_releases
from app.indicators.since_then import few_between
from tests.attack.attack import attack
from tests.attack.doors import OUTSIDERS, Doors
from tests.attack.questionnaires import KINDS, ROWS
from tests.attack.siege import besiege
from tests.attack.stage import clear
from tests.attack.town import HOMES, VILLAGES, Key, build
from tests.attack.worlds import LARGE, World, random_world

CODES = ("FIBRE", "COPPER", "DEVICES", "PHONE", "PHONE15", "SKILL", "SAFE")
SEEDS = (1, 12)


@pytest.fixture(scope="module")
def town(lasting_app):
    """One town for all tests here: each world begins with nobody counted."""
    town = build(CODES)
    yield town
    clear(town)


def finished(*villages):
    """A world in which everybody was visited once; of each village, the kinds of answers."""
    lives = tuple(tuple((kind,) for kind in kinds) for kinds in villages)
    return World(Rule(smallest_n=0), tuple(map(len, villages)), lives)


# Two kinds of households that are alike but for fibre; two villages are of few.
YES, NO = (KINDS.index((("3", fibre, 2), "1", ROWS[1])) for fibre in "10")
SMALL = finished(
    [YES, NO, YES], [YES, NO] * 3, [YES, NO] * 5, [YES, NO] * 6, [YES, NO] * 4, [YES] * 9
)


def test_whoever_may_not_read_interviews_is_one_reader_at_the_doors():
    """A role that is added and reads figures without interviews has to stand there as well."""
    assert OUTSIDERS == ["api_client"]
    assert "indicator.read" not in ROLES["surveyor"]


@pytest.mark.parametrize("shape", ["", "boundaries", "sample", LARGE])
def test_no_subtraction_of_anything_shown_finds_what_is_about_few(town, shape):
    for seed in SEEDS:
        found = attack(town, random_world(seed, len(VILLAGES), HOMES, shape), None, 0, seed)
        assert not [leak for leak in found.leaks if not leak.startswith("by weights")]


def test_no_interval_is_of_a_value_with_other_weights(town):
    """A village of 5,000 households, and two that are withheld: they weigh 1 and 10, and not 7."""
    lives = tuple(
        tuple((kind,) for kind in kinds)
        for kinds in (
            [YES] * 2, [NO] * 4, [YES, NO] * 5, [YES, NO] * 5, [YES, NO] * 4, [YES] * 9
        )
    )  # fmt: skip
    homes = (2, 40, 5000, 100, 12, 12)
    assert attack(town, World(Rule(smallest_n=0), homes, lives), None, 0, 1).leaks == []


def test_every_door_says_the_same_in_a_world_where_others_said_yes(town, lasting_app):
    found = attack(town, SMALL, Doors(lasting_app, town), 1, 1)
    assert found.twins >= 1
    assert found.leaks == []


def test_without_complements_subtraction_finds_what_is_small(town, monkeypatch):
    """The attack would find it."""

    def only_small(counts, lines, threshold, **_):
        return {
            cell: disclosure.SMALL for cell, count in counts.items() if count.is_small(threshold)
        }

    monkeypatch.setattr(hiding, "suppress", only_small)
    found = attack(town, SMALL, None, 0, 1)
    assert found.ways["by sums"] >= 1


def test_a_door_that_knows_more_is_found(town, lasting_app, monkeypatch):
    """Files and lists that are read with the eyes of staff."""
    find = walk.find_figures
    monkeypatch.setattr(walk, "find_figures", lambda _, **asked: find(OPERATOR, **asked))
    found = attack(town, SMALL, Doors(lasting_app, town, "/api/v1/indicators"), 1, 1)
    assert found.ways["by a door"] >= 1
    assert any("/api/v1/indicators/export" in leak for leak in found.leaks)


def test_what_is_hidden_is_there_to_be_found(town):
    siege = besiege(town, SMALL)
    assert siege.targets()


@pytest.mark.parametrize("shape", ["", "sample"])
def test_few_between_two_releases_are_those_who_say_something_else(town, shape):
    """Of villages that changed by many, and of their groups; each household is looked at."""
    worlds = (random_world(seed, len(VILLAGES), HOMES, shape) for seed in range(1, 30))
    tried = 0
    for world in [world for world in worlds if world.releases == 3][:3]:
        siege, most = besiege(town, world), world.rule.threshold - 1
        made = {release.version: release for release in list_releases(town.round.id)}
        for then, now in combinations(siege.releases, 2):
            found = {
                Key(then, unit, code, by, value): n
                for unit, _, code, by, value, n in few_between(made[then], made[now], most + 1)
            }
            keys = [key for key in siege.every_key() if key.release == then]
            counts = {key: siege.different(key, key._replace(release=now)) for key in keys}
            assert found == {key: n for key, n in counts.items() if 0 < n <= most}
            tried += len(found)
    assert tried


def test_few_in_one_village_are_not_few_where_many_came_in_the_next_one(town):
    """Five households say something else, one of them about fibre; seven are new beside them."""
    devices = KINDS.index((("3", "1", 1), "1", ROWS[1]))
    as_before = [((YES, YES),) * n for n in (6, 6, 4, 6, 8, 9)]
    as_before[2] += ((None, YES),) * 7
    as_before[3] = ((YES, devices),) * 4 + ((YES, NO),) + ((YES, YES),)
    lives = tuple(as_before)
    siege = besiege(town, World(Rule(smallest_n=0), tuple(map(len, lives)), lives))
    one, other = sorted(list_releases(town.round.id), key=lambda made: made.version)
    few = [
        unit for unit, _, code, by, *_ in few_between(one, other, 5) if (code, by) == ("FIBRE", "")
    ]
    assert few == [siege.unit(3, 2)]


def test_a_merged_village_counts_as_itself_in_a_sample_of_villages(town):
    """Its counts are expanded to its households, and not to villages that were not drawn."""
    lives = tuple(((YES, YES),) * n for n in (2, 4, 9, 8, 7, 6))
    drawn = (4, 8, 10, 10, 8, 8)
    world = World(Rule(smallest_n=0), drawn, lives, boundaries="villages merge", sample="two-stage")
    siege = besiege(town, world)
    parts = [Key(1, siege.unit(at, 1), "FIBRE", "", "") for at in (0, 1)]
    merged = Key(2, siege.unit(0, 2), "FIBRE", "", "")
    assert all(siege.is_hidden(part) for part in parts)
    assert siege.known[merged].denominator == pytest.approx(2 * HOMES)
    assert siege.seen[merged].denominator == 2 * HOMES
