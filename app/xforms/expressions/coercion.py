"""A part of an expression taken as a condition, a number, a text or a date."""

from collections.abc import Callable

from app.errors import Phrase
from app.xforms.expressions.dates import to_clock, to_date_text, to_day
from app.xforms.expressions.meaning import DATES, Answer, Faults, Kind, Meaning, Run
from app.xforms.expressions.rows import Row
from app.xforms.expressions.strict import constant, one
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.values import BLANK, IRRELEVANT, Missing, to_number, to_text
from app.xforms.question_types import FILE_TYPES, PLACE_TYPES

_NEVER_NUMBERS = FILE_TYPES | PLACE_TYPES


def answer_text(answer: Answer) -> Run:
    """The answer as text; missing where it is."""
    get, codes = answer.get, answer.codes
    if not answer.nothing and not answer.ticked:
        return get

    def value(row: Row) -> object:
        found = get(row)
        if found.__class__ is Missing:
            return "" if answer.nothing and found is IRRELEVANT else found
        return (missing_among(found.split(), codes) if answer.ticked else None) or found

    return value


def missing_among(ticked: list[str], codes: dict[str, Missing]) -> Missing | None:
    """The first ticked choice that means missing."""
    return next((codes[code] for code in ticked if code in codes), None)


def answer_number(answer: Answer) -> Run:
    """The answer as a number; missing where it is."""
    get, nothing = answer.get, answer.nothing

    def value(row: Row) -> object:
        found = get(row)
        if found.__class__ is str:
            return to_number(found)
        return 0.0 if nothing and found is IRRELEVANT else found

    return value


def as_truth(part: Meaning, faults: Faults) -> Run:
    """A condition; anything else is a fault (XPath would take "0" for true)."""
    one_value(part)
    if part.kind is Kind.TRUTH:
        return part.run
    faults.append(
        ExpressionError(
            "%(part)s is not a condition: compare it with a value", part.at, part=part.shown
        )
    )
    return one(bool, part.run)


def as_operand(part: Meaning, faults: Faults) -> Run:
    """A number to compute with; choices and texts are a fault, number() says they are meant."""
    if part.kind in {Kind.CODE, Kind.CODES, Kind.TEXT, Kind.NOTHING}:
        faults.append(_no_number(part))
    return as_number(part)


def _no_number(part: Meaning) -> ExpressionError:
    at, shown, kind = part.at, part.shown, part.kind.words
    if part.answer is None:
        return ExpressionError("%(kind)s is not a number", at, kind=kind)
    if part.kind is Kind.CODE:
        return ExpressionError(
            "%(part)s, which is %(kind)s, is not a number"
            " (if its digits are meant, write number(…))",
            at,
            part=shown,
            kind=kind,
        )
    if is_date(part):
        return ExpressionError(
            "%(part)s, which is a date, is not a number (write date(%(part)s))", at, part=shown
        )
    return ExpressionError(
        "%(part)s, which is %(kind)s, is not a number", at, part=shown, kind=kind
    )


def as_number(part: Meaning) -> Run:
    """The value as number() takes it."""
    one_value(part)
    if is_date(part):
        return one(to_day, as_text(part))
    if part.answer:
        return answer_number(part.answer)
    if part.kind is Kind.TRUTH:
        return one(float, part.run)
    if part.kind is Kind.NOTHING:
        return constant(BLANK)
    if part.kind in {Kind.NUMBER, Kind.DATE}:
        return part.run
    if part.literal is not None:
        return constant(to_number(part.literal))
    return one(to_number, part.run)


def as_said_number(part: Meaning, faults: Faults) -> Run:
    """What number() takes: anything but an answer that never says a number, such as a place."""
    if part.answer and part.answer.field.type == "time":
        faults.append(
            ExpressionError(
                "%(part)s is a time, not a number: write decimal-time(%(part)s)",
                part.at,
                part=part.shown,
            )
        )
    elif part.answer and part.answer.field.type in _NEVER_NUMBERS:
        faults.append(_no_number(part))
    return as_number(part)


def as_text(part: Meaning) -> Run:
    """The value as string() takes it."""
    one_value(part)
    if part.answer:
        return part.run
    if part.kind is Kind.NOTHING:
        return constant("")
    if part.kind is Kind.DATE:
        return one(to_date_text, part.run)
    return one(to_text, part.run) if part.kind in {Kind.NUMBER, Kind.TRUTH} else part.run


def as_yes_or_no(part: Meaning, faults: Faults) -> Run:
    """What boolean() takes: a condition, or a number, which is true unless it is 0."""
    if part.kind is Kind.NUMBER:
        return one(bool, as_number(part))
    return as_truth(part, faults)


def as_day(part: Meaning, faults: Faults, read: Callable[[str], float | Missing] = to_day) -> Run:
    """A date as a number of days, or with `read` a date and time, or a time; numbers are days."""
    one_value(part)
    if part.kind in {Kind.DATE, Kind.NUMBER} and not part.answer:
        return part.run
    types = DATES | {"time"} if read is to_clock else DATES
    impossible = {Kind.TRUTH, Kind.NUMBER, Kind.CODE, Kind.CODES, Kind.NOTHING}
    if part.kind in impossible or not_a_date(part, types, read):
        faults.append(ExpressionError("%(part)s is not a date", part.at, part=_shown(part)))
    return one(read, as_text(part))


def is_nothing(part: Meaning) -> bool:
    """Whether it is the number 0, written so."""
    return part.kind is Kind.NUMBER and part.literal is not None and not float(part.literal)


def is_date(part: Meaning) -> bool:
    """Whether it is a question that is answered by a date, which stands there as text."""
    return part.answer is not None and part.answer.field.type in DATES


def not_a_date(
    part: Meaning,
    types: frozenset[str] = DATES,
    read: Callable[[str], float | Missing] = to_day,
) -> bool:
    """Whether a question or a written text cannot be a date."""
    if part.answer:
        return part.kind is not Kind.ANY and part.answer.field.type not in types
    return part.literal is not None and read(part.literal) is BLANK


def _shown(part: Meaning) -> str | Phrase:
    return repr(part.literal) if part.literal is not None else part.shown


def one_value(part: Meaning) -> None:
    """Raises ExpressionError for members, which have one value each."""
    if part.kind is not Kind.MEMBERS:
        return
    if part.each and part.each.answer:
        raise ExpressionError(
            "asked of each member: %(part)s has one answer per row of the repeat;"
            " take count(), sum(), min() or max(), or make the repeat the unit",
            part.at,
            part=part.each.shown,
        )
    raise ExpressionError(
        "a repeat; take count(), sum(), min() or max(), or make the repeat the unit", part.at
    )
