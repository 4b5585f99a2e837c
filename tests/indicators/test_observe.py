"""What interviews say is written as the database reads it."""

import math

import pytest

from app.db import driver
from app.indicators.observe import as_array


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("numbers", [[], [0.0, 1.0], [0.1, 1e300, -2.5e-12], [1.0, math.inf]])
def test_numbers_come_back_from_the_database_as_they_were(numbers):
    (found,) = driver().execute("select %s::text::float8[]", (as_array(numbers),)).fetchone()
    assert found == numbers
