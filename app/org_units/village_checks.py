"""PURE. What can be wrong with a row of a list of villages, each mistake with row and reason."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from app.org_units.names import fold
from app.org_units.village_sheet import Line, Mistake

TYPES = (
    "thôn", "làng", "bản", "ấp", "buôn", "bon", "xóm", "khóm", "khu phố", "khu", "tổ dân phố", "tổ",
    "sóc", "plei", "phum", "đội", "cụm", "tiểu khu", "khu dân cư", "khối", "khối phố", "xóm đảo",
)  # fmt: skip
COMMUNE_TYPES = ("xã", "phường", "thị trấn", "đặc khu")
CODE = 5  # digits of a commune
LARGEST_NUMBER = 3  # digits of a village that is called by a number
LONGEST = 100
FAR = 60.0  # km from the commune's point, which may itself be off by some
ALIKE = 0.88
_OLD_FONT = re.compile("[«»¬®µ¸¹¶·¨©ª¢§¤¥\u00ad]")
_ERRORS = re.compile(r"#(NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)")
_DATE = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}))")


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today, with its old communes (code to name) and its villages (id to name)."""

    id: int
    code: str
    name: str
    is_mine: bool
    point: tuple[float, float] | None = None
    old: Mapping[str, str] = field(default_factory=dict)
    villages: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # id: type, name


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the country, as far as the sheet's codes need it."""

    communes: Mapping[str, Commune]
    retired: Mapping[str, Sequence[tuple[str, str]]]  # an ended code: codes and names of today
    old_names: Mapping[str, str]
    reform: date
    first_day: date
    today: date


@dataclass(frozen=True, slots=True)
class Village:
    """A row without mistakes."""

    row: int
    commune_id: int
    name: str
    type: str
    old_code: str | None
    longitude: float | None
    latitude: float | None
    valid_from: date | None
    aliases: tuple[str, ...]


def check_lines(lines: Sequence[Line], known: Known) -> tuple[list[Village], list[Mistake]]:
    """The villages of the rows that are right, and every mistake of the others."""
    villages, mistakes = [], []
    seen: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for line in lines:
        found = list(_Row(line, known, seen).mistakes())
        if found:
            mistakes += found
        else:
            villages.append(_village(line, known))
    return villages, mistakes


def parse_day(text: str) -> date | None:
    """A day as people write it, year with four digits; None when it is none."""
    match = _DATE.fullmatch(text.partition(" ")[0])
    if match is None:
        return None
    year, month, day, day_2, month_2, year_2 = match.groups()
    try:
        return date(int(year or year_2), int(month or month_2), int(day or day_2))
    except ValueError:
        return None


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _village(line: Line, known: Known) -> Village:
    said = line.said
    number = {key: float(said[key].replace(",", ".")) if key in said else None
              for key in ("longitude", "latitude")}  # fmt: skip
    aliases = (_tidy(alias) for alias in said.get("aliases", "").split(";"))
    commune = known.communes[said["commune"]]
    old = said.get("lay_in") or (next(iter(commune.old)) if len(commune.old) == 1 else None)
    return Village(
        line.row, commune.id, _tidy(said["name"]), _tidy(said["type"]).lower(), old,
        number["longitude"], number["latitude"], parse_day(said.get("valid_from", "")),
        tuple(filter(None, aliases)),
    )  # fmt: skip


class _Row:
    """The checks of one row; a cell's first mistake hides those that follow from it."""

    def __init__(
        self, line: Line, known: Known, seen: dict[str, list[tuple[str, str, int]]]
    ) -> None:
        self.line, self.known, self.seen = line, known, seen
        self.commune = known.communes.get(line.said.get("commune", ""))

    def mistakes(self) -> Iterator[Mistake]:
        """All there are."""
        for check in (self._marks, self._commune, self._name, self._type, self._likeness,
                      self._point, self._day, self._old, self._aliases):  # fmt: skip
            yield from check()

    def _say(self, field_: str, code: str, /, **details: Any) -> Mistake:
        return Mistake(self.line.row, field_, code, details)

    def _marks(self) -> Iterator[Mistake]:
        for mark in ("skip", "confirm"):
            text = self.line.said.get(mark)
            if text and text.lower() not in {"x", "có", "co", "yes", "1", "0", "không", "no"}:
                yield self._say(mark, "unclear_mark", text=text)

    def _commune(self) -> Iterator[Mistake]:
        code = self.line.said.get("commune", "")
        if self.commune is None:
            yield self._no_commune(code)
        elif not self.commune.is_mine:
            yield self._say("commune", "elsewhere", name=self.commune.name)

    def _no_commune(self, code: str) -> Mistake:
        whole = code.removesuffix(".0")
        if not code:
            return self._say("commune", "no_commune")
        if whole != code and whole.isdigit():
            return self._say("commune", "decimal_code", code=whole.zfill(CODE))
        if not (code.isascii() and code.isdigit()) or len(code) > CODE:
            return self._say("commune", "not_a_code", text=code[:20])
        if code in self.known.retired:
            return self._retired(code)
        return self._other_code(code)

    def _other_code(self, code: str) -> Mistake:
        if len(code) < CODE and code.zfill(CODE) in self.known.communes:
            return self._say("commune", "lost_zeros", code=code.zfill(CODE))
        short = {2: "province_code", 3: "district_code"}.get(len(code))
        return self._say("commune", short or "unknown_code")

    def _retired(self, code: str) -> Mistake:
        heirs = self.known.retired[code]
        if len(heirs) == 1:
            return self._say("commune", "retired_code", code=heirs[0][0], name=heirs[0][1])
        return self._say(
            "commune", "divided_code", names=", ".join(f"{c} {name}" for c, name in heirs)
        )

    def _name(self) -> Iterator[Mistake]:
        text = self.line.said.get("name", "")
        words = _tidy(text)
        lead = next((t for t in (*TYPES, *COMMUNE_TYPES) if words.lower().startswith(f"{t} ")), "")
        wrong: tuple[tuple[Any, str, dict[str, Any]], ...] = (
            (not text, "no_name", {}),
            (_ERRORS.fullmatch(text), "broken_cell", {"text": text}),
            (text.startswith(("=", "+", "@")), "formula", {}),
            (any(map(_hidden, text)), "invisible", {}),
            (_OLD_FONT.search(text), "old_font", {}),
            (not fold(words), "signs_only", {}),
            (len(words) > LONGEST, "long_name", {"most": LONGEST}),
            (lead and fold(words[len(lead) :]), "type_in_name", {"name": words[len(lead) + 1 :]}),
            (words.isdigit() and len(words) > LARGEST_NUMBER, "code_for_name", {}),
        )
        first = next(((code, more) for is_so, code, more in wrong if is_so), None)
        if first is not None:
            yield self._say("name", first[0], **first[1])

    def _type(self) -> Iterator[Mistake]:
        text = _tidy(self.line.said.get("type", "")).lower()
        if not text:
            yield self._say("type", "no_type")
        elif text in COMMUNE_TYPES:
            yield self._say("type", "commune_type", text=text)
        elif text not in TYPES:
            yield self._say("type", "unknown_type", text=text[:30])

    def _likeness(self) -> Iterator[Mistake]:
        name, type_ = _tidy(self.line.said.get("name", "")), self.line.said.get("type", "")
        type_, key = _tidy(type_).lower(), fold(name)
        if self.commune is None or not key:
            return
        for other, other_type, row in self.seen[self.commune.code]:
            if (fold(other), other_type) == (key, type_):
                if other == name:
                    yield self._say("name", "twice", row=row)
                elif not self.line.is_confirmed:
                    yield self._say("name", "twice_but_marks", row=row, name=other)
                break
        self.seen[self.commune.code].append((name, type_, self.line.row))
        yield from self._existing(name, type_, key)

    def _existing(self, name: str, type_: str, key: str) -> Iterator[Mistake]:
        assert self.commune is not None
        for village_id, (other_type, other) in self.commune.villages.items():
            if fold(other) == key and fold(other_type) == fold(type_):
                code = "exists" if other == name else "exists_but_marks"
            elif _is_alike(fold(other), key):
                code = "similar"
            else:
                continue
            if code == "exists" or not self.line.is_confirmed:
                yield self._say("name", code, name=other, id=village_id)
                return

    def _point(self) -> Iterator[Mistake]:
        said = self.line.said
        texts = [said.get("longitude"), said.get("latitude")]
        if texts == [None, None]:
            return
        if None in texts:
            yield self._say("longitude", "half_a_point")
            return
        try:
            east, north = (float(str(text).replace(",", ".")) for text in texts)
        except ValueError:
            wrong = next(t for t in texts if not re.fullmatch(r"-?\d+([.,]\d+)?", str(t)))
            yield self._say("longitude", "not_a_number", text=str(wrong)[:20])
            return
        if 102 <= north <= 118 and 7 <= east <= 24:  # noqa: PLR2004
            yield self._say("longitude", "interchanged")
        elif not (102 <= east <= 118 and 7 <= north <= 24):  # noqa: PLR2004
            yield self._say("longitude", "outside")
        elif self.commune is not None and self.commune.point is not None:
            km = _km(self.commune.point, (east, north))
            if km > FAR:
                yield self._say("longitude", "far_away", km=round(km), name=self.commune.name)

    def _day(self) -> Iterator[Mistake]:
        text = self.line.said.get("valid_from")
        if text is None:
            return
        day = parse_day(text)
        if day is None:
            yield self._say("valid_from", "not_a_date", text=text[:20])
        elif day > self.known.today:
            yield self._say("valid_from", "future")
        elif day < self.known.first_day:
            first = self.known.first_day.isoformat()
            yield self._say("valid_from", "too_long_ago", day=first)

    def _old(self) -> Iterator[Mistake]:
        if self.commune is None:
            return
        old, day = self.line.said.get("lay_in"), parse_day(self.line.said.get("valid_from", ""))
        if old is None:
            if day is not None and day < self.known.reform and len(self.commune.old) > 1:
                yield self._say("lay_in", "which_old", codes=", ".join(sorted(self.commune.old)))
        elif old not in self.known.old_names:
            yield self._say("lay_in", "unknown_old_code")
        elif old not in self.commune.old:
            name, before = self.commune.name, self.known.old_names[old]
            yield self._say("lay_in", "not_from_there", name=name, old=before)

    def _aliases(self) -> Iterator[Mistake]:
        name = _tidy(self.line.said.get("name", ""))
        aliases = map(_tidy, self.line.said.get("aliases", "").split(";"))
        if name and name in aliases:
            yield self._say("aliases", "alias_is_name")


def _hidden(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cf", "Cc", "Co", "Cn"}


def _is_alike(one: str, other: str) -> bool:
    """Nearly the same, but for numbers: Thôn 1 and Thôn 2 are not alike."""
    if one == other or min(len(one), len(other)) < 5:  # noqa: PLR2004
        return False
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    return SequenceMatcher(None, one, other).ratio() >= ALIKE


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5 * 111)
