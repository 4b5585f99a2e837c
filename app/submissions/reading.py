"""PURE. Reads one instance by its form's own schema: answers, whom it is about, and its outcome."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from app.forms.kinds import kind_of
from app.xforms.answers import AnswerPlan, Answers, answer_plan, read_answers
from app.xforms.attachments import media_names
from app.xforms.definition import FormDefinition
from app.xforms.instance import Instance, parse_instance

COMPLETE = "1"
REFUSED = {"4"}
INELIGIBLE = {"5", "6"}
NO_CONSENT = "2"
ENCRYPTED = "encrypted"  # an outcome that is nobody's answer: what the visit came to is not known
MOST_DIGITS = 9  # what a column of the database holds
# Village forms may ask for the quarter they report; it is that of the visit otherwise.
PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one instance says; places and rounds are still as the phone wrote them."""

    instance: Instance
    answers: Answers
    village: str | None = None
    commune: str | None = None
    household: str | None = None
    person_no: int | None = None
    said_on: date | None = None
    visit_result: str | None = None
    outcome: str = "complete"
    consent_withdrawn: bool = False
    adults: int | None = None
    media: tuple[str, ...] = ()


@dataclass
class FormReader:
    """Everything that is made once for a form version to read its instances."""

    definition: FormDefinition
    plan: AnswerPlan = field(init=False)

    def __post_init__(self) -> None:
        self.plan = answer_plan(self.definition)

    @property
    def kind(self) -> str:
        """What one interview of the form is about."""
        return kind_of(self.definition.settings)

    @cached_property
    def keeps_a_log(self) -> bool:
        """Whether phones keep a log while the form is filled in."""
        return any(item.type == "audit" for item in self.definition.fields)

    @property
    def settings(self) -> dict[str, str]:
        """Names of the questions that say where, when and about whom."""
        return self.definition.settings

    def read(self, xml: bytes) -> Reading:
        """Reads an instance of this form version; an encrypted one stays closed."""
        instance = parse_instance(xml)
        media = tuple(media_names(instance, self.definition))
        if instance.encrypted:
            return Reading(instance, Answers(), outcome=ENCRYPTED, media=media)
        answers = read_answers(instance.root, self.plan)
        visit_result, consent = self._text(answers, "visit_result"), self._text(answers, "consent")
        return Reading(
            instance,
            answers,
            village=self._text(answers, "org_unit"),
            commune=_text(answers.top.get("commune_code")),
            household=self._text(answers, "household_key"),
            person_no=_whole(self._value(answers, "person_key")),
            said_on=_day(answers.top.get(self.settings.get("interview_date", "today"))),
            visit_result=visit_result,
            outcome=self._outcome(visit_result, consent),
            consent_withdrawn=consent == NO_CONSENT,
            adults=_whole(self._value(answers, "adults")),
            media=media,
        )

    def _value(self, answers: Answers, setting: str) -> Any:
        name = self.settings.get(setting)
        return answers.top.get(name) if name else None

    def _text(self, answers: Answers, setting: str) -> str | None:
        return _text(self._value(answers, setting))

    def _outcome(self, visit_result: str | None, consent: str | None) -> str:
        """Complete, or what the visit came to (AAPOR's classes, as coded in the `visit` list)."""
        if "visit_result" in self.settings and visit_result != COMPLETE:
            if visit_result in REFUSED:
                return "refused"
            return "ineligible" if visit_result in INELIGIBLE else "unresolved"
        if "consent" in self.settings and consent != COMPLETE:
            return "refused" if consent == NO_CONSENT else "unresolved"
        return "complete"

    def subject(self, reading: Reading, day: date) -> str:
        """Whom the interview of a day is about; those about one subject in one round compete."""
        settings = self.settings
        if "household_key" in settings:
            household = reading.household or f"?{reading.instance.instance_id}"
            if "person_key" in settings:
                return f"{household}#{reading.person_no}"
            return household
        if "org_unit" in settings and reading.village:
            period = reading.answers.top.get(PERIOD) or _quarter(day)
            return f"{reading.village}@{period}"
        return str(reading.instance.instance_id)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _whole(value: Any) -> int | None:
    """A number of people; a calculation's answer is kept as text."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"
