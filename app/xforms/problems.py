"""What can be wrong with a questionnaire, and where."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.errors import fill


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a workbook: sheet "survey", cell "C12"; cell "12" when only the row is known."""

    sheet: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        return "!".join(part for part in (self.sheet, self.cell) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """An error or a warning of a questionnaire: a sentence that says what to do.

    `message` is an English source text with `%(name)s` places, filled from `details`, as those of
    refusals are (`app.errors`); pages tell it in the reader's language.
    """

    message: str
    place: Place = Place()
    severity: str = "error"
    details: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def text(self) -> str:
        """The sentence in English."""
        return fill(self.message, **self.details)

    def told(self, tell: Callable[..., str]) -> str:
        """Place and sentence as `tell` says source texts (`app.errors.Phrase`)."""
        text, place = tell(self.message, **self.details), str(self.place)
        return f"{place}: {text}" if place else text

    def __str__(self) -> str:
        return self.told(fill)


class FormRefused(Exception):
    """A questionnaire with at least one error; `findings` has all of them, in reading order."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def refuse(message: str, place: Place = Place(), /, **details: object) -> FormRefused:
    """Make the refusal with one single error; the caller raises it."""
    return FormRefused([Finding(message, place, details=details)])
