"""How an interview went, by the phone's own log: time in the form and per question, and events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.accounts.actors import Actor
from app.i18n import gettext, label
from app.submissions.logs import log_of
from app.submissions.models import Submission
from app.submissions.personal import read_log_details
from app.submissions.queries import Version
from app.xforms.audit_log import Event
from app.xforms.definition import FormDefinition


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question with the seconds spent on it, how often it was seen, how often changed."""

    label: str
    seconds: float
    visits: int
    changes: int


@dataclass(frozen=True, slots=True)
class Detail:
    """A line of the log that says who, where, or what was answered; personal."""

    at: int | None  # milliseconds
    label: str
    before: str
    after: str
    place: str
    is_mock: bool  # the phone was told where to be: accuracy 0
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Course:
    """What a reviewer sees of the log; `details` only when personal answers are shown."""

    seconds: float
    openings: int
    questions: Sequence[QuestionLine]
    events: Sequence[tuple[str, int]]
    details: Sequence[Detail]
    damaged: bool


def course_of(
    actor: Actor,
    submission: Submission,
    version: Version,
    definition: FormDefinition,
    *,
    with_personal: bool,
) -> Course | None:
    """The course of one version; None while its log has not come."""
    said = log_of(version.instance_pk)
    if said is None:
        return None
    labels = {item.path: label(item.labels, item.name) for item in definition.fields}
    events: Iterable[Event] = ()
    if with_personal:
        events = read_log_details(actor, submission.id, version.instance_pk)
    return Course(
        seconds=said.seconds,
        openings=said.openings,
        questions=[
            QuestionLine(labels.get(q.node, q.node), q.seconds, q.visits, q.changes)
            for q in said.questions
        ],
        events=[(_event(name), count) for name, count in said.events.items() if name],
        details=[_detail(event, labels) for event in events if event.personal],
        damaged=said.damaged,
    )


def _detail(event: Event, labels: dict[str, str]) -> Detail:
    said = event.personal
    place = ", ".join(filter(None, (said.get("latitude"), said.get("longitude"))))
    return Detail(
        at=event.start,
        label=labels.get(event.path, event.path) or _event(event.name),
        before=said.get("old-value", ""),
        after=said.get("new-value", ""),
        place=place,
        is_mock=bool(place) and said.get("accuracy", "") in {"0", "0.0"},
        who=said.get("user", ""),
        reason=said.get("change-reason", ""),
    )


def _event(name: str) -> str:
    """What happened, in words; the phone's own word where the list has grown."""
    known = {
        "form start": gettext("opened the form"),
        "form resume": gettext("opened it again"),
        "form exit": gettext("left the form"),
        "form save": gettext("saved"),
        "form finalize": gettext("finished"),
        "jump": gettext("jumped to another question"),
        "constraint error": gettext("an answer was refused"),
        "add repeat": gettext("added a row"),
        "delete repeat": gettext("deleted a row"),
        "end screen": gettext("saw the last screen"),
        "save error": gettext("could not save"),
        "location tracking disabled": gettext("switched the location off"),
    }
    return known.get(name, name)
