"""What is hidden stays hidden: worked tables, and an attacker who tries every subtraction."""

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from app.indicators.disclosure import (
    COMPLEMENT,
    SMALL,
    Count,
    suppress,
)
from app.indicators.subtraction import Line
from tests.indicators.small_tables import determined, learned, sizes, table

VILLAGES = ("a", "b", "c", "d")


def commune(*sizes):
    """A commune and its villages; counts by name, and the line that binds them."""
    names = VILLAGES[: len(sizes)]
    counts = dict(zip(names, map(Count, sizes), strict=True)) | {"commune": Count(sum(sizes))}
    return counts, [Line("commune", names)]


def test_what_is_about_few_is_hidden_and_one_more_with_it():
    """Otherwise the small village is the commune less the others."""
    assert suppress(*commune(3, 40, 20, 90), 5) == {"a": SMALL, "c": COMPLEMENT}


def test_nothing_small_hides_nothing():
    assert suppress(*commune(5, 40, 20), 5) == {}


def test_a_village_with_nobody_is_no_secret_and_covers_nothing_up():
    assert suppress(*commune(3, 0, 20), 5) == {"a": SMALL, "c": COMPLEMENT}


def test_what_was_given_away_before_is_no_reason_to_hide_more():
    """By releases that were made under other rules: nothing that is hidden now takes it back."""
    counts, lines = commune(3, 40, 20, 90)
    others = {"x": Count(20), "y": Count(30), "other": Count(50)}
    found = suppress(
        counts | others,
        [*lines, Line("other", ("x", "y"))],
        5,
        hidden_before={"a": SMALL},
        shown_before={"b", "c", "d", "commune"},
    )
    assert found == {"a": SMALL}


def test_it_is_covered_up_by_what_is_hidden_in_other_lines_as_well():
    """The smallest cell of a row may open a new rectangle; the corner of one there is closes it."""
    counts, lines = table([[3, 40, 9], [20, 50, 60], [70, 80, 90]])
    hidden = suppress(counts, lines, 5, hidden_before={(1, 0): COMPLEMENT, (1, 1): COMPLEMENT})

    assert set(hidden) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_what_stands_beside_a_hidden_cell_is_hidden_with_it():
    """Twins, each with its own villages: what covers up the one covers up the other."""
    counts, lines = commune(3, 40, 20, 90)
    twin = {f"twin of {name}": count for name, count in counts.items()}
    hidden = suppress(
        counts | twin,
        [*lines, Line("twin of commune", tuple(f"twin of {name}" for name in VILLAGES))],
        5,
        beside=lambda cell: [f"twin of {cell}"] if cell in counts else [],
    )
    assert hidden == {
        "a": SMALL, "c": COMPLEMENT, "twin of a": SMALL, "twin of c": COMPLEMENT
    }  # fmt: skip


def test_what_nothing_can_cover_up_is_no_reason_to_hide_elsewhere():
    """A village of nobody is hidden with a twin; its groups of nobody say so, and cover nothing."""
    counts, lines = commune(3, 40, 20, 90)
    empty = {name: Count(0) for name in ("village", "men", "women")}
    hidden = suppress(
        counts | empty,
        [*lines, Line("village", ("men", "women"))],
        5,
        hidden_before={"village": COMPLEMENT},
    )
    assert hidden == {"village": COMPLEMENT, "a": SMALL, "c": COMPLEMENT}


def test_it_is_covered_up_where_it_is_told_and_not_by_the_smallest_anywhere():
    """All that is near is hidden: what tells are lines beyond, of this commune and no other."""
    counts, lines = table([[40, 15, 2], [9, 3, 0], [4, 1, 0]])
    counts |= {name: Count(n) for name, n in {"x": 6, "y": 7, "other": 13}.items()}
    hidden = suppress(counts, [*lines, Line("other", ("x", "y"))], 5)

    assert determined(hidden, lines) == set()
    assert not {"x", "y", "other"} & set(hidden)


def test_two_that_are_small_together_need_a_third():
    """2 and 2: the commune less the others would still be about four people."""
    assert set(suppress(*commune(2, 2, 30, 40), 5)) == {"a", "b", "c"}
    assert set(suppress(*commune(4, 4, 30, 40), 5)) == {"a", "b"}


def test_a_commune_with_one_village_hides_both():
    assert suppress(*commune(3), 5) == {"a": SMALL, "commune": SMALL}


def test_of_sensitive_figures_the_yes_and_the_rest_count():
    few_yes, few_no, fine = Count(50, 2), Count(50, 48), Count(50, 25)

    assert few_yes.is_small(5)
    assert few_no.is_small(5)
    assert not fine.is_small(5)
    # All 20 say no: a zero tells about each of them.
    assert Count(20, 0).is_small(5)


def test_what_has_not_changed_stays_as_it_was():
    """Else a village hidden in one release and shown in the next could be subtracted."""
    counts, lines = commune(3, 40, 20, 90)
    hidden = suppress(counts, lines, 5, hidden_before={"d": COMPLEMENT})
    assert hidden == {"a": SMALL, "d": COMPLEMENT}


def test_who_became_few_is_not_covered_up_by_what_everybody_knows():
    """The others were shown with the same numbers: only the commune is new, so it is hidden."""
    counts, lines = commune(3, 40, 20, 90)
    hidden = suppress(counts, lines, 5, shown_before={"b", "c", "d"})
    assert hidden == {"a": SMALL, "commune": COMPLEMENT}


def test_men_and_women_of_villages():
    """Rows and columns: four corners of a rectangle."""
    counts, lines = table([[3, 40, 30], [20, 50, 60], [70, 80, 90]])
    hidden = suppress(counts, lines, 5)

    assert hidden[0, 0] == SMALL
    assert len(hidden) == 4
    assert determined(hidden, lines) == set()


# What an attacker found once: a cell in lines that are hidden whole, and two that are together few.
FOUND = [
    [[0, 2, 4, 0], [0, 0, 0, 0], [9, 15, 9, 3], [0, 3, 3, 3]],
    [[0, 0, 0, 1], [0, 0, 0, 4], [0, 0, 2, 3], [0, 0, 4, 1]],
]


@given(sizes)
@example(FOUND[0])
@example(FOUND[1])
@settings(deadline=None, max_examples=100, phases=(Phase.explicit, Phase.generate))
def test_no_subtraction_finds_a_hidden_figure_or_a_small_group(sizes):
    counts, lines = table(sizes)
    hidden = suppress(counts, lines, 5)

    assert {cell for cell, count in counts.items() if count.is_small(5)} <= set(hidden)
    for group in learned(hidden, lines, 2):
        # Where all is about few there is nothing left to hide behind, and nothing shown either.
        assert len(group) > 1, group
        assert sum(counts[cell].n for cell in group) >= 5, group


@pytest.mark.parametrize("threshold", [3, 5, 10])
def test_three_levels_of_places(threshold):
    """A province of communes of villages: what is hidden below stays hidden above."""
    villages = {(c, v): 1 + 7 * c + 5 * v for c in range(4) for v in range(5)}
    counts = {cell: Count(n) for cell, n in villages.items()}
    lines = []
    for c in range(4):
        parts = tuple((c, v) for v in range(5))
        counts[c,] = Count(sum(villages[p] for p in parts))
        lines.append(Line((c,), parts))
    counts["province"] = Count(sum(villages.values()))
    lines.append(Line("province", tuple((c,) for c in range(4))))
    hidden = suppress(counts, lines, threshold)

    assert hidden
    assert determined(hidden, lines) == set()
    assert not {"province", (0,)} & set(hidden)


# How many more there are in each village, from release to release; 0 leaves a village as it is.
growth = st.lists(
    st.lists(st.sampled_from([0, 0, 5, 9]), min_size=3, max_size=3), min_size=1, max_size=3
)


@given(sizes, growth)
@example([[0, 0], [1, 15], [3, 6]], [[0, 5, 0], [9, 0, 0]])
@settings(deadline=None, max_examples=100, phases=(Phase.explicit, Phase.generate))
def test_all_releases_together_find_nothing(sizes, growth):
    """Each figure is named with the release since which it is the same: a later one adds lines."""
    every, counts, hidden, shown = [], {}, {}, set()
    state = {}
    for number, more in enumerate([[1, 1, 1], *growth]):
        if number:
            sizes = [[n + more[r] for n in row] for r, row in enumerate(sizes)]
        new, lines = table(sizes)
        changed = {cell for cell in new if cell[0] == "sum" or more[cell[0]]}
        state |= {cell: (cell, number) for cell in changed}
        counts |= {state[cell]: count for cell, count in new.items()}
        every += [Line(state[one.whole], tuple(state[p] for p in one.parts)) for one in lines]
        hidden = suppress(counts, every, 5, hidden_before=hidden, shown_before=shown)
        shown |= {state[cell] for cell in new} - hidden.keys()

    assert {cell for cell, count in counts.items() if count.is_small(5)} <= set(hidden)
    assert not {cell for cell in determined(hidden, every) if counts[cell].is_small(5)}
