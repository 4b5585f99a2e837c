"""One version of an interview, made ready to be shown to one reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.accounts.actors import Actor
from app.forms.queries import definition_of
from app.pages.answers import Change, Sheet, answer_sheet, changes_between
from app.pages.course import Course, course_of
from app.pages.list_names import names_in
from app.review.queries import Decision
from app.submissions.models import Interview, Submission
from app.submissions.personal import open_files, read_personal
from app.submissions.queries import Attachment, Version, attachments_of, contents_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A version with its answers in order; `open_names` are the files that are not personal."""

    version: Version
    title: str
    outcome: str
    interview: Interview
    sheet: Sheet
    files: list[Attachment]
    open_names: frozenset[str]
    with_personal: bool
    course: Course | None  # by the phone's own log


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an interview: a version arrived, or somebody decided."""

    at: datetime
    who: str | None
    version: Version | None = None
    decision: Decision | None = None


def history_of(versions: Iterable[Version], decisions: Iterable[Decision]) -> list[Event]:
    """What happened to an interview, in the order of time."""
    arrivals = [Event(v.received_at, v.sent_by, version=v) for v in versions]
    rulings = [Event(d.decided_at, d.decided_by, decision=d) for d in decisions]
    return sorted([*arrivals, *rulings], key=lambda event: event.at)


def make_shown(
    actor: Actor, submission: Submission, version: Version, *, with_personal: bool = False
) -> Shown | None:
    """The version for this reader; None while its answers are not read."""
    contents = contents_of(version.instance_pk)
    if contents is None:
        return None
    personal = None
    if with_personal:
        personal = read_personal(actor, submission.id, version.instance_pk)
    definition = definition_of(version.form_version_id)
    names = names_in(submission.project_id, definition, contents)
    return Shown(
        version=version,
        title=definition.title,
        outcome=contents.interview.outcome,
        interview=contents.interview,
        sheet=answer_sheet(definition, contents, personal, names),
        files=attachments_of(version.instance_pk),
        open_names=open_files(contents, definition),
        with_personal=with_personal,
        course=course_of(actor, submission, version, definition, with_personal=with_personal),
    )


def pending_changes(
    actor: Actor, submission: Submission, versions: list[Version], newest: Shown | None
) -> list[Change] | None:
    """What a pending edit changes in the version that counts; None when nothing is pending."""
    counting = next((v for v in versions if v.instance_pk == submission.approved_pk), None)
    if newest is None or counting is None or counting == newest.version:
        return None
    before = make_shown(actor, submission, counting, with_personal=newest.with_personal)
    return changes_between(before.sheet, newest.sheet) if before else None
