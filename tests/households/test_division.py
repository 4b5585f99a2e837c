"""Lists of where the households of a divided village go."""

import pytest

from app.errors import BadRequest
from app.households.division import read_houses
from app.households.moves import Point

PARTS = ["Mook Đông", "Mook Tây"]


@pytest.mark.parametrize(
    "text",
    [
        "T-1;Mook Đông\nT-2;2\n\nT-3;107.5;13,8\nT-4;\n",
        "T-1\tmook dong\nT-2\tMook Tây\nT-3\t107,5\t13.8",
        "T-1,1\nT-2,2\nT-3,107.5,13.8\nT-4",
        "\ufeffMã hộ;Vĩ độ;Kinh độ;Về thôn\nT-1;;;1\nT-2;;;2\nT-3;13.8;107.5;\n",
        "household,village,longitude,latitude\r\nT-1,Mook Đông\r\nT-2,2,,\r\nT-3,,107.5,13.8",
    ],
)
def test_a_list_names_villages_or_points(text):
    assert read_houses(text, PARTS) == {
        "T-1": "Mook Đông", "T-2": "Mook Tây", "T-3": Point(107.5, 13.8),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("T-1;Mook Nam", "Line 1: “Mook Nam”"),
        ("T-1;1\nT-1;2", "Line 2 names no household"),
        (";1", "Line 1 names no household"),
        ("T-1;phía;tây", "Line 1 has no point"),
        ("T-1;3", "Line 1: “3”"),
    ],
)
def test_what_a_list_cannot_mean_is_refused_with_its_line(text, refusal):
    with pytest.raises(BadRequest, match=refusal):
        read_houses(text, PARTS)


def test_a_village_that_is_called_by_a_number_goes_before_the_number_of_the_line():
    assert read_houses("T-1;1", ["2", "1"]) == {"T-1": "1"}
