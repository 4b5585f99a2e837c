"""PURE. The log that Collect keeps while a form is filled in (`audit.csv`), read leniently.

Its columns are event, node, start, end, and by the form's wish latitude, longitude, accuracy,
old-value, new-value, user and change-reason (ODK documentation, form audit log). The list of events
grows, rows may be shorter than the header, and a later part may have a wider header.
"""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

NAME = "audit.csv"  # what Collect always calls it
LARGEST = 20 * 1024**2  # bytes that are read
MOST_ROWS = 100_000
DIGITS = 16  # of milliseconds; anything longer is no time
STANDARD = ("event", "node", "start", "end")
OPENING = {"form start", "form resume"}
_ROW = re.compile(r"\[\d+\]")


@dataclass(slots=True)
class Event:
    """One line; times in milliseconds since 1970 (UTC), None where there is none that can be."""

    name: str
    node: str = ""  # path in the form, with the rows of repeats: "/data/m[2]/age"
    start: int | None = None
    end: int | None = None
    # What identifies people: where they were, what they had answered, who held the phone.
    personal: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The question's path as the form's definition has it: "m/age"."""
        node = _ROW.sub("", self.node) if "[" in self.node else self.node
        return node.lstrip("/").partition("/")[2]

    @property
    def seconds(self) -> float:
        """How long it took; 0 when that is not known."""
        if self.start is None or self.end is None or self.end <= self.start:
            return 0.0
        return (self.end - self.start) / 1000

    @property
    def is_change(self) -> bool:
        """Whether an answer that was there was changed, as far as the log says it."""
        old = self.personal.get("old-value", "")
        return bool(old) and old != self.personal.get("new-value", "")


@dataclass(slots=True)
class QuestionTime:
    """What the log says about one question, all rows of its repeat together."""

    node: str  # without rows: "m/age"
    seconds: float = 0.0
    visits: int = 0
    changes: int = 0


@dataclass(slots=True)
class Summary:
    """How an interview went, without anything that was answered."""

    seconds: float = 0.0  # with the form open
    openings: int = 0
    questions: list[QuestionTime] = field(default_factory=list)  # in the order of first visits
    events: dict[str, int] = field(default_factory=dict)  # all but visits of questions
    damaged: bool = False  # lines or times could not be read


def read_log(content: bytes) -> tuple[list[Event], bool]:
    """Reads the lines that can be read, and says whether there are others."""
    damaged = len(content) > LARGEST
    text = content[:LARGEST].decode("utf-8-sig", "replace").replace("\0", "")
    events: list[Event] = []
    header: Sequence[str] = STANDARD
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in rows:
            if not any(row):
                continue
            if row[0].strip().lower() == "event":
                header = [name.strip().lower() for name in row]
            elif len(events) < MOST_ROWS:
                events.append(_event(header, row))
            else:
                return events, True
    except csv.Error:
        damaged = True
    return events, damaged


def _event(header: Sequence[str], row: Sequence[str]) -> Event:
    if len(header) == len(row) == len(STANDARD) and tuple(header) == STANDARD:
        # As most are; every interview has dozens of these.
        return Event(row[0].strip(), row[1].strip(), _time(row[2]), _time(row[3]))
    said = dict(zip(header, row, strict=False))
    personal = {name: text for name, text in said.items() if text and name not in STANDARD}
    return Event(
        said.get("event", "").strip(),
        said.get("node", "").strip(),
        _time(said.get("start", "")),
        _time(said.get("end", "")),
        personal,
    )


def _time(text: str) -> int | None:
    text = text.strip()
    return int(text) if len(text) <= DIGITS and text.isascii() and text.isdigit() else None


def summarize(content: bytes) -> Summary:
    """What a log says about the interview's course, in seconds and counts."""
    events, damaged = read_log(content)
    shared = Counter((event.start, event.end) for event in events if event.name == "question")
    questions: dict[str, QuestionTime] = {}
    others: Counter[str] = Counter()
    for event in events:
        if event.name != "question":
            others[event.name] += 1
            continue
        path = event.path
        said = questions.get(path)
        if said is None:
            said = questions[path] = QuestionTime(path)
        said.visits += 1
        said.changes += bool(event.personal) and event.is_change
        # Questions on one screen have its times: they share them.
        said.seconds += event.seconds / shared[event.start, event.end]
    return Summary(
        seconds=sum(_open_seconds(events)),
        openings=sum(others[name] for name in OPENING),
        questions=list(questions.values()),
        events=dict(others),
        damaged=damaged,
    )


def _open_seconds(events: Sequence[Event]) -> Iterator[float]:
    """For each opening of the form, how long it was open: until the last that happened in it."""
    spells: dict[int, list[int]] = defaultdict(list)
    opening = 0
    for event in events:
        opening += event.name in OPENING
        if event.start is not None:
            spells[opening].append(event.start)
        if event.end is not None:
            spells[opening].append(event.end)
    yield from ((max(times) - min(times)) / 1000 for times in spells.values() if times)
