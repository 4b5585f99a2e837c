"""What follows of hidden figures from shown ones: the elimination against exact arithmetic."""

from hypothesis import Phase, given, settings

from app.indicators.subtraction import PRIME, Line, add, opposite, rest_of, solve
from tests.indicators.small_tables import determined, learned, sizes, table


def test_each_line_with_two_gaps_is_not_enough():
    """Two rectangles joined by one cell: it is in no rectangle, and follows from the rest."""
    left, right = [(0, 0), (0, 1), (1, 0)], [(1, 1)]
    rectangle = [(2, 2), (2, 3), (3, 2), (3, 3)]
    _, lines = table([[9] * 4] * 4)

    assert determined([*left, *right], lines) == set()
    bridge = (1, 2)
    assert determined([*left, *right, *rectangle, bridge], lines) == {bridge}


def test_it_says_of_which_shown_ones_a_hidden_one_is_the_sum():
    """total = a + b and b = c + d: with a and b hidden, a is the total less c and d."""
    lines = [Line("total", ("a", "b")), Line("b", ("c", "d"))]

    assert solve(lines, {"a", "b"}, {"total", "c", "d"}) == {
        "a": {"a": 1, "total": PRIME - 1, "c": 1, "d": 1},
        "b": {"b": 1, "c": PRIME - 1, "d": PRIME - 1},
    }


def test_what_the_first_lines_tell_is_told_by_them_alone():
    """The second line tells of the village too; whoever hides something of it gains nothing."""
    known, open_ = Line("whole", ("village",)), Line("commune", ("village", "shown"))
    hidden = {"village"}

    assert solve([known, open_], hidden, {"commune", "shown"}) == {"village": {"village": 1}}
    assert len(solve([open_, known], hidden, {"commune", "shown"})["village"]) == 3


def test_sums_that_cancel_out_leave_nothing():
    one = {"a": 1, "b": 2}

    assert add(one, {"a": PRIME - 1, "b": 1}) == {"b": 3}
    assert add(one, opposite(one)) == {}


def test_what_is_not_solved_for_is_all_that_is_left_of_others():
    """total = a + b: neither is known, both together are."""
    solution = solve([Line("total", ("a", "b"))], {"a", "b"})

    assert add(rest_of("a", solution), rest_of("b", solution)) == {}


@given(sizes)
@settings(deadline=None, max_examples=40, phases=(Phase.generate,))
def test_elimination_finds_what_exact_arithmetic_finds(sizes):
    counts, lines = table(sizes)
    some = [cell for cell, count in counts.items() if count.n % 2]

    assert {group[0] for group in learned(some, lines, 1)} == determined(some, lines)
