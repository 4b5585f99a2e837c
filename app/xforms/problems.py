"""What can be wrong with a questionnaire, and where."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a workbook: sheet "survey", cell "C12"; cell "12" when only the row is known."""

    sheet: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        return "!".join(part for part in (self.sheet, self.cell) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """An error or a warning of a questionnaire: a sentence that says what to do."""

    message: str
    place: Place = Place()
    severity: str = "error"

    def __str__(self) -> str:
        place = str(self.place)
        return f"{place}: {self.message}" if place else self.message


class FormRefused(Exception):
    """A questionnaire with at least one error; `findings` has all of them, in reading order."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def refuse(message: str, place: Place = Place()) -> FormRefused:
    """Make the refusal with one single error; the caller raises it."""
    return FormRefused([Finding(message, place)])
