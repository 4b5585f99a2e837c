"""Distances and areas on the globe, by the formulas of JavaRosa, so that phone and server agree.

Source: JavaRosa's GeoUtils. A place is "latitude longitude [altitude accuracy]", in degrees; places
of a trace or a shape stand between semicolons.
"""

from itertools import pairwise
from math import acos, cos, pi, radians, sin

from app.xforms.expressions.values import BLANK, Missing, to_number

RADIUS = 6_378_100.0  # metres
DEGREE = 2 * pi * RADIUS / 360  # metres
TRIANGLE = 3  # places that a shape has at least
Point = tuple[float, float]


def distance(*texts: str) -> float | Missing:
    """Metres along the places one after the other: a trace, a shape's border, or several points."""
    places = _places(";".join(texts))
    if isinstance(places, Missing):
        return places
    return sum(_between(*pair) for pair in pairwise(places)) + 0.0


def area(*texts: str) -> float | Missing:
    """Square metres inside a shape; 0 with fewer than three places."""
    places = _places(";".join(texts))
    if isinstance(places, Missing):
        return places
    if len(places) < TRIANGLE:
        return 0.0
    latitude, longitude = places[0]
    flat = [
        ((east - longitude) * cos(radians(north)) * DEGREE, (north - latitude) * DEGREE)
        for north, east in places[1:]
    ]
    return abs(sum((y1 * x2 - x1 * y2) / 2 for (x1, y1), (x2, y2) in pairwise(flat)))


def is_inside(point: str, shape: str) -> bool | Missing:
    """Whether a place lies inside a shape, which ends where it begins (even-odd rule)."""
    border, found = _places(shape), _places(point)
    if isinstance(border, Missing) or isinstance(found, Missing):
        return BLANK
    (north, east), *_ = found
    crossed = 0
    for (y1, x1), (y2, x2) in pairwise(border):
        if (y2 > north) != (y1 > north):
            crossed += east < (x1 - x2) * (north - y2) / (y1 - y2) + x2
    return crossed % 2 == 1


def _between(one: Point, other: Point) -> float:
    """The great circle between two places (spherical law of cosines)."""
    north, south = radians(one[0]), radians(other[0])
    turn = cos(radians(one[1] - other[1]))
    cosine = sin(north) * sin(south) + cos(north) * cos(south) * turn
    return acos(max(-1.0, min(1.0, cosine))) * RADIUS


def _places(text: str) -> list[Point] | Missing:
    found: list[Point] = []
    for part in filter(None, map(str.strip, text.split(";"))):
        match [to_number(number) for number in part.split()[:2]]:
            case [float(north), float(east)]:
                found.append((north, east))
            case _:
                return BLANK
    return found or BLANK
