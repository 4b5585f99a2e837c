"""What is hidden stays hidden: worked tables, and an attacker who tries every subtraction."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from app.indicators.disclosure import (
    COMPLEMENT,
    SMALL,
    Count,
    Line,
    determined,
    suppress,
)

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


def test_each_line_with_two_gaps_is_not_enough():
    """Two rectangles joined by one cell: it is in no rectangle, and follows from the rest."""
    left, right = [(0, 0), (0, 1), (1, 0)], [(1, 1)]
    rectangle = [(2, 2), (2, 3), (3, 2), (3, 3)]
    _, lines = table([[9] * 4] * 4)

    assert determined([*left, *right], lines) == set()
    bridge = (1, 2)
    assert determined([*left, *right, *rectangle, bridge], lines) == {bridge}


def table(sizes):
    """Villages by groups with their totals: (row, column), "r" and "c" totals, and the whole."""
    rows, columns = len(sizes), len(sizes[0])
    counts = {(r, c): sizes[r][c] for r in range(rows) for c in range(columns)}
    lines = []
    for r in range(rows):
        counts[r, "sum"] = sum(sizes[r])
        lines.append(Line((r, "sum"), tuple((r, c) for c in range(columns))))
    for c in range(columns):
        counts["sum", c] = sum(sizes[r][c] for r in range(rows))
        lines.append(Line(("sum", c), tuple((r, c) for r in range(rows))))
    counts["sum", "sum"] = sum(map(sum, sizes))
    lines.append(Line(("sum", "sum"), tuple((r, "sum") for r in range(rows))))
    lines.append(Line(("sum", "sum"), tuple(("sum", c) for c in range(columns))))
    return {cell: Count(n) for cell, n in counts.items()}, lines


def rank(rows):
    """Rank of a matrix in exact arithmetic, not as the product computes it."""
    rows = [[Fraction(value) for value in row] for row in rows]
    found = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(found, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for r in range(len(rows)):
            if r != found and rows[r][column]:
                times = rows[r][column] / rows[found][column]
                rows[r] = [a - times * b for a, b in zip(rows[r], rows[found], strict=True)]
        found += 1
    return found


def learned(hidden, lines, most):
    """Every group of at most so many hidden cells whose sum follows from what is shown."""
    cells = sorted(hidden, key=repr)
    equations = [[(cell in line.parts) - (cell == line.whole) for cell in cells] for line in lines]
    known = rank(equations)
    for size in range(1, most + 1):
        for group in combinations(cells, size):
            row = [int(cell in group) for cell in cells]
            if rank([*equations, row]) == known:
                yield group


# What an attacker found once: a cell in lines that are hidden whole, and two that are together few.
FOUND = [
    [[0, 2, 4, 0], [0, 0, 0, 0], [9, 15, 9, 3], [0, 3, 3, 3]],
    [[0, 0, 0, 1], [0, 0, 0, 4], [0, 0, 2, 3], [0, 0, 4, 1]],
]

sizes = st.integers(2, 4).flatmap(
    lambda columns: st.lists(
        st.lists(
            st.sampled_from([0, 1, 2, 3, 4, 6, 9, 15, 40]), min_size=columns, max_size=columns
        ),
        min_size=2,
        max_size=3,
    )
)


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


@given(sizes)
@settings(deadline=None, max_examples=40, phases=(Phase.generate,))
def test_elimination_finds_what_exact_arithmetic_finds(sizes):
    counts, lines = table(sizes)
    some = [cell for cell, count in counts.items() if count.n % 2]

    assert {group[0] for group in learned(some, lines, 1)} == determined(some, lines)


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
