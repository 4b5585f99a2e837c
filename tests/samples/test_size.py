"""The sizes of the handbook: a commune of 2,200 households, a village of 60."""

import pytest

from app.errors import BadRequest
from app.samples.size import margin, sample_size


@pytest.mark.parametrize(
    ("points", "deff", "n"),
    [(5, 1, 328), (5, 1.5, 457), (5, 2, 570), (10, 1, 93), (10, 1.5, 136), (10, 2, 177)],
)
def test_a_commune_of_2200_households(points, deff, n):
    assert sample_size(points / 100, households=2200, deff=deff) == n
    assert margin(n, households=2200, deff=deff) <= points / 100
    assert margin(n - 1, households=2200, deff=deff) > points / 100


def test_a_village_needs_a_census():
    assert sample_size(0.05, households=60) == 52


def test_without_an_end_the_textbook_number():
    assert sample_size(0.05) == 385


def test_who_does_not_answer_is_drawn_as_well():
    assert sample_size(0.05, households=2200, response=0.8) == 409  # 327.04 / 0.8
    assert sample_size(0.01, households=60, response=0.5) == 60


def test_everybody_leaves_no_margin():
    assert margin(60, households=60) == 0


@pytest.mark.parametrize(
    "wrong",
    [{"margin": 0}, {"margin": 1}, {"margin": 0.05, "share": 1}, {"margin": 0.05, "deff": 0},
     {"margin": 0.05, "households": 0}, {"margin": 0.05, "response": 0}],
)  # fmt: skip
def test_impossible_wishes_are_refused(wrong):
    with pytest.raises(BadRequest):
        sample_size(wrong.pop("margin"), **wrong)
