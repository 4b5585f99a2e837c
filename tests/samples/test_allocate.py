"""Sharing a sample out: in proportion, never too little, never more than there is."""

import pytest

from app.samples.allocate import allocate


@pytest.mark.parametrize(
    ("sizes", "n", "factor", "given"),
    [
        ({"a": 100, "b": 200, "c": 300}, 60, {}, {"a": 10, "b": 20, "c": 30}),
        ({"a": 10, "b": 990}, 100, {}, {"a": 2, "b": 98}),  # at least two
        ({"a": 1, "b": 99}, 10, {}, {"a": 1, "b": 9}),  # all that there are
        ({"a": 3, "b": 3, "c": 3}, 7, {}, {"a": 3, "b": 2, "c": 2}),  # ties by name
        ({"a": 10, "b": 90}, 40, {"a": 9}, {"a": 10, "b": 30}),  # never more than there are
        ({"a": 0, "b": 9}, 4, {}, {"a": 0, "b": 4}),
        ({"a": 5, "b": 4}, 9, {}, {"a": 5, "b": 4}),
    ],
)
def test_shares(sizes, n, factor, given):
    assert allocate(sizes, n, factor=factor) == given


def test_the_shares_always_add_up():
    sizes = {str(k): k * k % 37 + 1 for k in range(20)}
    for n in range(40, sum(sizes.values()) + 1):
        given = allocate(sizes, n, factor={"3": 4, "7": 9})
        assert sum(given.values()) == n
        assert all(min(2, sizes[k]) <= given[k] <= sizes[k] for k in sizes)
