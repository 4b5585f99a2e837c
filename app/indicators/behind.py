"""The interviews behind a figure: which count, with how much, and why the others do not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.clock import today
from app.db import driver
from app.indicators import tracing
from app.indicators.factors import Weight
from app.indicators.pairs import Join

COUNTED, MISSING = "counted", "missing"
# What an interview is to a figure; texts are shown in the reader's language.
REASONS = {
    COUNTED: "counted",
    MISSING: "without an answer that decides",
    "outside": "not whom the indicator is about",
    "other_group": "in another group",
    "refused": "refused",
    "ineligible": "not a household of this survey",
    "unresolved": "not reached yet",
    "encrypted": "encrypted",
    "no_household": "waits for the interview of its household, which gives the weight",
    "no_partner": "without the other form, of which the indicator needs answers as well",
    "other_person": "the other form is about somebody of another sex or year of birth",
    "not_drawn": "of a household that is not in the sample",
    "held": "waits for review",
    "second": "waits for review; another one about the same counts already",
    "rejected": "rejected",
    "expired": "too old: its time in the round is over",
    "late": "received after the round was frozen",
    "duplicate": "another one about the same household or person, or village and quarter, counts",
    "moved": "its newest version is about another place or household",
    "not_then": "did not count when the figure was given out",
}
SORTS = {
    "place": "v.sort_key, b.village_id, b.household, length(b.subject), b.subject, b.submission_id",
    "date": "i.interviewed_on desc, b.submission_id desc",
    "worth": "b.y desc nulls last, b.submission_id",
    "reason": "b.reason, v.sort_key, b.household, b.submission_id",
}
OF_ALL = ("place", "date")  # orders that are known before it is known what the interviews are


@dataclass(frozen=True, slots=True)
class Question:
    """What is behind which figure: ids of a place, a round, a form, and of indicator domains."""

    unit: int
    on: date
    round: int
    form: int
    partner: Join | None  # where the indicator joins another form
    person: bool  # a form about one adult of a household
    whole: int | None  # the indicator as a whole; None while nobody has an answer
    domain: int | None  # the figure: the same, or one group of a breakdown
    release: int | None  # the number of the release whose figure it is; None: as it is now

    def asked(self) -> dict[str, Any]:
        """The parameters of the statements."""
        names = ("unit", "on", "round", "form", "person", "whole", "domain", "release")
        own = {name: getattr(self, name) for name in names}
        partner = self.partner and self.partner.partner_id
        return {**own, "partner": partner, "today": today()}

    def asks(self, statement: str) -> str:
        """A statement about what interviews say by themselves, or together with their partner."""
        return tracing.of(statement, self.partner, is_released=self.release is not None)


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview and what it says: y and x of its n rows; those that count have a weight."""

    submission_id: int
    instance_pk: int
    village_id: int
    household: str | None
    person_no: int | None
    subject: str  # what it competes under with others
    interviewed_on: date
    reason: str
    adults: int | None  # whom the one asked stands for; 1 where everybody was
    part: str | None  # of the sample
    replaces: str | None  # the drawn household that it stands in for
    instead_id: int | None  # the submission that counts for the same household, person or village
    partner_id: int | None  # the submission of the other form, where the indicator joins one
    partner_pk: int | None
    n: int | None
    y: float | None
    x: float | None
    dont_know: int | None
    refused: int | None
    blank: int | None
    irrelevant: int | None
    weight: Weight | None = None

    @property
    def period(self) -> str | None:
        """Of a village's report: the quarter that it is about."""
        return None if self.household else self.subject.partition("@")[2] or None

    @property
    def adds(self) -> tuple[float, float] | None:
        """What it adds to the numerator and the denominator of the figure; None: nothing."""
        return self.weight.times(self.y, self.x) if self.weight and self.n else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many interviews there are by reason, and by form version those that are looked at."""

    reasons: dict[str, int]
    versions: dict[str, int]


def tally(question: Question) -> Tally:
    """Counts the interviews behind a figure, and those that are not, by reason."""
    asked = question.asked()
    known = dict(driver().execute(tracing.VERSIONS, asked).fetchall())
    # Which version an interview is of is looked up where the form has several.
    several = len(known) > 1
    reasons: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    statement = question.asks(tracing.COUNT)
    for reason, version_id, number in driver().execute(statement, asked | {"several": several}):
        reasons[reason] += number
        if reason in {COUNTED, MISSING}:
            versions[known[version_id] if several else next(iter(known.values()))] += number
    return Tally({reason: reasons[reason] for reason in REASONS if reasons[reason]}, dict(versions))


def list_behind(
    question: Question, reason: str | None = None, *, sort: str = "place", start: int, limit: int
) -> list[Interview]:
    """Some of these interviews, all or those with one reason, in one of the SORTS."""
    asked = question.asked() | {"reason": reason, "limit": limit, "start": start, "ids": None}
    order = f"order by {SORTS[sort]}"
    page = f"{order} limit %(limit)s offset %(start)s"
    if reason is None and sort in OF_ALL:
        ids = driver().execute(f"{question.asks(tracing.PAGE)} {page}", asked).fetchall()
        asked["ids"], page = [row[0] for row in ids], order
    rows = driver().execute(f"{question.asks(tracing.LIST)} {page}", asked)
    return [Interview(*row) for row in rows]


def answers_behind(
    instance_pks: Iterable[int], keys: Iterable[str], row_keys: dict[str, list[str]]
) -> dict[int, dict[str, list[Any]]]:
    """By interview and key, the answers that are not personal; of members one after the other.

    `row_keys` are the keys asked in the rows of each repeat, by its path.
    """
    pks, found = list(instance_pks), {}
    for pk, answers in driver().execute(ANSWERS, (pks,)):
        found[pk] = {key: [answers[key]] for key in keys if key in answers}
    for pk, repeat, answers in driver().execute(ROWS, (pks, list(row_keys))):
        for key in row_keys[repeat]:
            found[pk].setdefault(key, []).append(answers.get(key))
    return found


ANSWERS = "select instance_pk, answers from interviews where instance_pk = any(%s)"
ROWS = """
select instance_pk, repeat, answers from interview_rows
where instance_pk = any(%s) and repeat = any(%s)
order by instance_pk, repeat, string_to_array(position, '.')::int[]
"""
