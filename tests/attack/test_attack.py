"""A share of the attack: `tests/attack/run.py` tries thousands of worlds."""

import pytest

from app.accounts.actors import OPERATOR
from app.accounts.permissions import ROLES
from app.indicators import disclosure, hiding, walk
from app.indicators.disclosure import Rule
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
