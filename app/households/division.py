"""Where the households of a divided village go, as a list says that somebody typed or handed in.

One household to a line: its code, and the name or number of a new village, or a longitude and a
latitude. Columns are parted by tabs, semicolons or commas; a first line may name them.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence

from app.errors import BadRequest
from app.households.moves import Point
from app.org_units.names import fold

HEADERS = {
    "household": ("household", "ma ho", "ho"),
    "village": ("village", "thon", "thon moi", "ve thon"),
    "longitude": ("longitude", "kinh do", "lon"),
    "latitude": ("latitude", "vi do", "lat"),
}
_BY_HEADER = {word: field for field, words in HEADERS.items() for word in words}


def read_houses(text: str, parts: Sequence[str]) -> dict[str, str | Point]:
    """By a household's code, the new village's name or a point; lines that say no place are left.

    `parts` are the names of the new villages: "2" means the second one, unless one is called so.
    """
    numbered = {str(number): name for number, name in enumerate(parts, 1)}
    known = numbered | {fold(name): name for name in parts}
    homes: dict[str, str | Point] = {}
    for number, said in _rows(text):
        code = said.get("household", "")
        where = _where(number, said, known)
        if where is None:
            continue
        if not code or code in homes:
            raise BadRequest("Line %(line)s names no household, or one again.", line=number)
        homes[code] = where
    return homes


def _rows(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    first = text.lstrip("\ufeff").partition("\n")[0]
    separator = next((sign for sign in "\t;," if sign in first), ";")
    lines = csv.reader(text.lstrip("\ufeff").splitlines(), delimiter=separator)
    fields: Sequence[str] | None = None
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line]
        if number == 1 and _BY_HEADER.get(fold(cells[0] if cells else "")) == "household":
            fields = [_BY_HEADER.get(fold(cell), "") for cell in cells]
        elif any(cells):
            yield number, dict(zip(fields or _fields(cells), cells, strict=False))


def _fields(cells: Sequence[str]) -> Sequence[str]:
    """Without headers, a third column makes the last two a point."""
    if any(cells[2:]):
        return ("household", "longitude", "latitude")
    return ("household", "village")


def _where(number: int, said: Mapping[str, str], known: Mapping[str, str]) -> str | Point | None:
    village = said.get("village", "")
    if village:
        if (name := known.get(village) or known.get(fold(village))) is None:
            raise BadRequest(
                "Line %(line)s: “%(name)s” is none of the new villages.", line=number, name=village
            )
        return name
    east, north = said.get("longitude", ""), said.get("latitude", "")
    if not east and not north:
        return None
    try:
        return Point(float(east.replace(",", ".")), float(north.replace(",", ".")))
    except ValueError:
        raise BadRequest("Line %(line)s has no point in degrees.", line=number) from None
