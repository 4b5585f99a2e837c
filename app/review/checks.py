"""PURE. What makes an interview doubtful; a flagged one waits for a person under every policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.submissions.reading import Reading

# Words for the reviewer, and the end of the sentence "This interview …".
FLAGS = {
    "unknown-village": "The village code is not a village of this programme.",
    "commune-mismatch": "The village does not lie in the commune that was chosen.",
    "outside-territory": "The village is outside the surveyor's territory.",
    "wrong-person": "Another person of the household was drawn for this interview.",
    "unknown-household": "The household is not in the registry.",
    "duplicate": "Another interview about the same household, person or village is here.",
    "date-implausible": "The interview's date cannot be right; the day of receipt is taken.",
    "after-freeze": "It came after the round was frozen; it counts only with an exception.",
    "no-round": "No round runs on the interview's date.",
    "unreadable-answer": "An answer is not of the kind the form asks for.",
    "not-in-form": "The interview has answers that this version of the form does not ask for.",
    "encrypted": "The interview is encrypted and cannot be read here.",
    "not-encrypted": "The form is to be encrypted, and this interview came in the clear.",
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the books say about one interview."""

    village_known: bool
    commune_agrees: bool
    in_territory: bool
    household_known: bool
    is_duplicate: bool
    drawn: int | None  # the member who was drawn for the person forms, where that is known
    round_flag: str | None
    should_be_encrypted: bool = False


def check(
    reading: Reading, settings: dict[str, str], found: Circumstances
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields flags with their details."""
    if reading.instance.encrypted:
        yield "encrypted", {}
        return
    if found.should_be_encrypted:
        yield "not-encrypted", {}
    if "org_unit" in settings:
        yield from _check_place(reading, found)
    yield from _check_subject(reading, settings, found)
    if found.round_flag:
        yield found.round_flag, {"date": str(reading.said_on)}
    yield from _check_answers(reading)


def _check_answers(reading: Reading) -> Iterator[tuple[str, dict[str, Any]]]:
    if reading.answers.problems:
        problems = [[p.path, p.expected] for p in reading.answers.problems]
        yield "unreadable-answer", {"answers": problems}
    if reading.answers.unknown:
        yield "not-in-form", {"answers": sorted(reading.answers.unknown)}


def _check_place(reading: Reading, found: Circumstances) -> Iterator[tuple[str, dict[str, Any]]]:
    if not found.village_known:
        yield "unknown-village", {"village": reading.village}
    elif not found.commune_agrees:
        yield "commune-mismatch", {"commune": reading.commune}
    elif not found.in_territory:
        yield "outside-territory", {}


def _check_subject(
    reading: Reading, settings: dict[str, str], found: Circumstances
) -> Iterator[tuple[str, dict[str, Any]]]:
    if "household_key" in settings and "registers" not in settings and not found.household_known:
        yield "unknown-household", {"household": reading.household}
    if found.drawn is not None and reading.person_no != found.drawn:
        yield "wrong-person", {"drawn": str(found.drawn)}
    if found.is_duplicate:
        yield "duplicate", {}
