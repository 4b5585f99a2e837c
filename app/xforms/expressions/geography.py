"""Distances and areas on the globe, by the formulas of JavaRosa, so that phone and server agree.

Source: JavaRosa's GeoUtils. A place is "latitude longitude [altitude accuracy]", in degrees; places
of a trace or a shape stand between semicolons.
"""

from itertools import combinations, pairwise
from math import acos, cos, pi, radians, sin

from app.xforms.expressions.values import BLANK, Missing, to_number

RADIUS = 6_378_100.0  # metres
DEGREE = 2 * pi * RADIUS / 360  # metres
TRIANGLE = 3  # places that a shape has at least
Point = tuple[float, float]
Step = tuple[Point, Point]  # from one place of a trace to the next


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


def crosses_itself(text: str) -> bool | Missing:
    """Whether a trace or the border of a shape crosses or touches itself; a shape may close."""
    places = _places(text)
    if isinstance(places, Missing):
        return places
    steps = [(start, end) for start, end in pairwise(places) if start != end]
    last = len(steps) - 1
    is_closed = places[0] == places[-1]
    for (first, one), (second, other) in combinations(enumerate(steps), 2):
        if second == first + 1:
            meet = _turns_back(one[0], one[1], other[1])
        elif is_closed and (first, second) == (0, last):
            meet = _turns_back(one[1], one[0], other[0])
        else:
            meet = _meet(one, other)
        if meet:
            return True
    return False


def _meet(one: Step, other: Step) -> bool:
    """Whether two steps have a place in common."""
    ends = [(one, other[0]), (one, other[1]), (other, one[0]), (other, one[1])]
    sides = [_turn(*step, place) for step, place in ends]
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    found = zip(sides, ends, strict=True)
    return any(not side and _reach(step[0], place, step[1]) <= 0 for side, (step, place) in found)


def _turns_back(start: Point, turning: Point, end: Point) -> bool:
    return _turn(start, turning, end) == 0 and _reach(start, turning, end) > 0


def _turn(start: Point, middle: Point, end: Point) -> int:
    """1 to the one side, -1 to the other, 0 straight on or straight back."""
    (y0, x0), (y1, x1), (y2, x2) = start, middle, end
    turned = (y1 - y0) * (x2 - x1) - (x1 - x0) * (y2 - y1)
    return (turned > 0) - (turned < 0)


def _reach(start: Point, middle: Point, end: Point) -> float:
    """Of three places on a line: negative where the middle is between the others, 0 at an end."""
    (y0, x0), (y1, x1), (y2, x2) = start, middle, end
    return (y0 - y1) * (y2 - y1) + (x0 - x1) * (x2 - x1)


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
