"""PURE. Reads households from a spreadsheet, and says of each row what is wrong with it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import BadRequest
from app.org_units.names import fold
from app.xforms.excel import read_xlsx
from app.xforms.problems import FormRefused

# Headers as people write them, folded: without marks, in small letters.
HEADERS = {
    "village": ("village", "village id", "ma thon", "thon"),
    "number": ("number", "no", "so", "so ho", "so thu tu", "stt"),
    "label": ("label", "head", "name", "chu ho", "ten chu ho", "ten goi chu ho"),
    "landmark": ("landmark", "moc", "moc nhan biet"),
    "size": ("size", "members", "so nguoi", "so nhan khau"),
    "n15": ("n15", "15", "tu 15 tuoi"),
    "n18": ("n18", "18", "tu 18 tuoi"),
    "poor": ("poor", "ho ngheo", "ngheo"),
    "phone": ("phone", "telephone", "dien thoai", "so dien thoai"),
    "latitude": ("latitude", "lat", "vi do"),
    "longitude": ("longitude", "lon", "lng", "kinh do"),
}
NEEDED = ("village", "number")
COUNTS = ("size", "n15", "n18")
POOR = {"1", "2", "3", "8"}  # the listing form's codes: poor, near-poor, neither, not known
LARGEST_NUMBER = 2000
LARGEST_SIZE = 30
LONGEST = 200  # characters
MOST_ROWS = 20_000
IDENTITY_NUMBER = re.compile(r"(?<!\d)(?:\d{12}|\d{9})(?!\d)")
PHONE = re.compile(r"(?:\+?84|0)\d{9,10}")
# Viet Nam with its islands.
LATITUDES, LONGITUDES = (6.0, 24.0), (102.0, 118.0)


# What can be wrong with a row.
PROBLEMS = {
    "no-village": "The village is missing.",
    "no-number": "This is a whole number from %(least)s to %(most)s.",
    "more": "This is more than in the column %(column)s.",
    "poor": "Write 1 (poor), 2 (near-poor), 3 (neither) or 8 (not known).",
    "identity": "Numbers of identity cards are never kept. Delete it.",
    "long": "This text is too long.",
    "phone": "This is no telephone number of Viet Nam.",
    "latitude": "This is no latitude in Viet Nam, such as 13.98.",
    "longitude": "This is no longitude in Viet Nam, such as 108.00.",
    "twice": "Row %(first)s has this village and number already.",
    "village": "There is no such village, or it is not yours.",
    "taken": "The household %(code)s has this number in the village.",
    "moved": "The household %(code)s has moved to another village. Leave this row out.",
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row (as the spreadsheet numbers it) and in which column."""

    row: int
    column: str
    code: str
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The same in English, with places for the details."""
        return PROBLEMS[self.code]


@dataclass(frozen=True, slots=True)
class ListedHousehold:
    """A household as a row gives it; None is "not said"."""

    row: int
    village: str
    number: int
    size: int | None = None
    n15: int | None = None
    n18: int | None = None
    poor: str | None = None
    label: str | None = None
    landmark: str | None = None
    phone: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(slots=True)
class Listed:
    """The rows that can be taken, and what is wrong with the others."""

    households: list[ListedHousehold] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def read_households(content: bytes, name: str) -> Listed:
    """Read a workbook (.xlsx, its first sheet) or a CSV file; `BadRequest` when it is neither.

    Blank rows are passed over. A row with any problem is not among the households.
    """
    grid = _grid(content, name)
    columns = _columns(grid[0] if grid else [])
    found = Listed()
    first: dict[tuple[str, int], int] = {}
    for row, cells in enumerate(grid[1:], 2):
        said = {
            column: cells[index].strip() for column, index in columns.items() if index < len(cells)
        }
        if not any(said.values()):
            continue
        problems = list(_check(row, said))
        if not problems:
            household = _household(row, said)
            key = (household.village, household.number)
            if key in first:
                problems = [RowProblem(row, "number", "twice", {"first": str(first[key])})]
            else:
                first[key] = row
                found.households.append(household)
        found.problems += problems
    return found


def _grid(content: bytes, name: str) -> Sequence[Sequence[str]]:
    if name.lower().endswith(".xlsx"):
        try:
            sheets = list(read_xlsx(content).values())
        except FormRefused:
            raise BadRequest("This is not a readable .xlsx workbook. Save it again.") from None
        grid: Sequence[Sequence[str]] = sheets[0] if sheets else []
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadRequest("Save the file as .xlsx, or as CSV in UTF-8.") from None
        separator = ";" if ";" in text.partition("\n")[0] else ","
        grid = list(csv.reader(io.StringIO(text), delimiter=separator))
    if len(grid) > MOST_ROWS:
        raise BadRequest("A file has up to %(most)s rows. Divide it.", most=str(MOST_ROWS))
    return grid


def _columns(header: Sequence[str]) -> dict[str, int]:
    folded = [fold(cell) for cell in header]
    known = {
        column: next((n for n, cell in enumerate(folded) if cell in names), None)
        for column, names in HEADERS.items()
    }
    if missing := [column for column in NEEDED if known[column] is None]:
        raise BadRequest("The first row lacks the columns: %(names)s.", names=", ".join(missing))
    return {column: index for column, index in known.items() if index is not None}


def _check(row: int, said: Mapping[str, str]) -> Iterator[RowProblem]:
    if not said.get("village"):
        yield RowProblem(row, "village", "no-village")
    for column, most in (("number", LARGEST_NUMBER), *((n, LARGEST_SIZE) for n in COUNTS)):
        text = said.get(column, "")
        least = 1 if column in {"number", "size"} else 0
        if (text or column == "number") and not (_is_whole(text) and least <= int(text) <= most):
            yield RowProblem(row, column, "no-number", {"least": str(least), "most": str(most)})
    yield from _check_sizes(row, said)
    yield from _check_texts(row, said)
    yield from _check_point(row, said)


def _check_sizes(row: int, said: Mapping[str, str]) -> Iterator[RowProblem]:
    for small, large in (("n15", "size"), ("n18", "n15"), ("n18", "size")):
        pair = said.get(small, ""), said.get(large, "")
        if all(map(_is_whole, pair)) and int(pair[0]) > int(pair[1]):
            yield RowProblem(row, small, "more", {"column": large})
            return


def _check_texts(row: int, said: Mapping[str, str]) -> Iterator[RowProblem]:
    if said.get("poor") and said["poor"] not in POOR:
        yield RowProblem(row, "poor", "poor")
    for column in ("label", "landmark"):
        text = said.get(column, "")
        if IDENTITY_NUMBER.search(text):
            yield RowProblem(row, column, "identity")
        elif len(text) > LONGEST:
            yield RowProblem(row, column, "long")
    if said.get("phone") and not PHONE.fullmatch(_digits(said["phone"])):
        yield RowProblem(row, "phone", "phone")


def _check_point(row: int, said: Mapping[str, str]) -> Iterator[RowProblem]:
    texts = said.get("latitude", ""), said.get("longitude", "")
    if not any(texts):
        return
    latitude, longitude = map(_decimal, texts)
    if latitude is None or not LATITUDES[0] <= latitude <= LATITUDES[1]:
        yield RowProblem(row, "latitude", "latitude")
    if longitude is None or not LONGITUDES[0] <= longitude <= LONGITUDES[1]:
        yield RowProblem(row, "longitude", "longitude")


def _household(row: int, said: Mapping[str, str]) -> ListedHousehold:
    known: dict[str, Any] = {name: said.get(name) or None for name in ("poor", "label", "landmark")}
    known |= {name: int(said[name]) for name in COUNTS if said.get(name)}
    return ListedHousehold(
        row,
        said["village"].upper(),
        int(said["number"]),
        phone=_digits(said.get("phone", "")) or None,
        latitude=_decimal(said.get("latitude", "")),
        longitude=_decimal(said.get("longitude", "")),
        **known,
    )


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 7  # noqa: PLR2004


def _decimal(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if value == value and abs(value) < 1000 else None  # noqa: PLR0124, PLR2004


def _digits(text: str) -> str:
    return re.sub(r"[\s.()-]", "", text)
