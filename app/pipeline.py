"""The story of an interview after its arrival, from the ledger to the figures.

    receive (submissions.intake) → process_inbox → [a person decides: decide] → refresh_figures

Every step may run twice and gives the same result; what is owed stands in two ledgers, the inbox
and the stale villages.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app import queue
from app.accounts.actors import Actor
from app.db import db, driver, on_commit, transaction
from app.errors import Conflict
from app.forms.models import FormVersion
from app.forms.publish import check_version, store_version
from app.forms.queries import find_form
from app.forms.source import Compiled, FormSource, compile_source
from app.households import lists, register
from app.indicators import catalog, counting, observe, recompute, stale
from app.indicators.breakage import check_workbook, sheet_of
from app.indicators.essential import essential
from app.indicators.subjects import Subject, subjects_of
from app.review import decisions, flags, policy
from app.rounds import change
from app.rounds.models import Round
from app.submissions import extract, inbox, parked
from app.submissions.extract import Record
from app.submissions.inbox import InboxEntry
from app.submissions.models import Submission
from app.submissions.places import find_places
from app.submissions.record import make_records, read_entries
from app.xforms.problems import Finding, FormRefused

BATCH = 250  # instances taken off the ledger together
STALE_BATCH = 2000  # entries of the other ledger
REFRESH_EVERY = 1.0  # seconds, while interviews keep coming

log = logging.getLogger(__name__)


def settle() -> None:
    """Processes all that is owed: interviews first, figures at least once a second meanwhile."""
    refreshed = time.monotonic()
    while process_inbox():
        if time.monotonic() - refreshed > REFRESH_EVERY:
            refresh_figures()
            refreshed = time.monotonic()
    while refresh_figures():
        pass


def process_inbox() -> int:
    """Reads one batch of accepted instances; how many it took."""
    try:
        with transaction():
            return _process(inbox.take(BATCH))
    except Exception:
        # One of them breaks the batch: taken one by one, it holds up no other.
        log.exception("A batch failed; its interviews are processed one by one.")
        return _process_singly()


def _process_singly() -> int:
    with transaction():
        waiting = inbox.next_ids(BATCH)
    for instance_pk, attempts in waiting:
        try:
            with transaction():
                _process(inbox.take(1, only=instance_pk))
        except Exception as error:
            log.exception("Interview %s failed.", instance_pk)
            with transaction():
                inbox.put_back(instance_pk, attempts + 1, f"{type(error).__name__}: {error}")
    return len(waiting)


def _process(entries: Sequence[InboxEntry]) -> int:
    if not entries:
        return 0
    readings = read_entries(entries)
    places = find_places(
        (reading.village for reading in readings),
        (reading.commune for reading in readings),
        (entry.app_user_id for entry in entries),
    )
    records = make_records(entries, readings, places)
    keys = [entry.instance_pk for entry in entries]
    extract.forget(keys)
    extract.write_records(records)
    flags.flag_records(records, places)
    observe.observe(records)
    _follow_policy(records)
    stale.mark_stale((record.round_id, record.village_id) for record in records)
    parked.admit_waiting_edits(keys)
    return len(entries)


def _follow_policy(records: Sequence[Record]) -> None:
    """Approves what the rounds' policies let pass, and stops what lost its consent."""
    stopped = policy.stop_counting(
        [record.entry.instance_pk for record in records if record.reading.consent_withdrawn]
    )
    approved = set(
        policy.approve_unflagged(
            [record.entry.instance_pk for record in records if record.is_approved_by_policy]
        )
    )
    edits = [r.entry.submission_id for r in records if r.entry.is_edit]
    settle_counting(
        [Subject.of(record) for record in records if record.entry.instance_pk in approved]
        + subjects_of([*stopped, *edits])
    )


def settle_counting(subjects: Sequence[Subject]) -> None:
    """Counts these subjects anew, and what hangs on them: registry, lists, figures."""
    if not subjects:
        return
    counting.recount(subject.key for subject in subjects)
    register.register(subject.submission_id for subject in subjects if subject.kind == "listing")
    if changed := {s.project_id for s in subjects if s.kind in {"listing", "household"}}:
        lists.touch(changed)
    stale.mark_stale((subject.round_id, subject.village_id) for subject in subjects)


def decide(
    submission_id: int, state: str, reason: str | None, actor: Actor, **seen: int | None
) -> Submission:
    """A person's decision, and everything that follows from it."""
    submission = decisions.decide(submission_id, state, reason, actor, **seen)
    settle_counting(subjects_of([submission_id]))
    on_commit(queue.ring)
    return submission


def prefer(submission_id: int, actor: Actor) -> Submission:
    """A person's choice of the interview that counts among several about one subject."""
    submission = decisions.prefer(submission_id, actor)
    settle_counting(subjects_of([submission_id]))
    on_commit(queue.ring)
    return submission


def open_round(
    project_id: int,
    code: str,
    name: str,
    starts_on: date,
    ends_on: date | None,
    *,
    actor: Actor,
    legal_basis: str | None = None,
) -> Round:
    """A new round; every village of the project gets its base rows, so that none is left out."""
    opened = change.open_round(
        project_id, code, name, starts_on, ends_on, actor=actor, legal_basis=legal_basis
    )
    stale.mark_project_stale(project_id)
    lists.touch({project_id})
    on_commit(queue.ring)
    return opened


@dataclass(frozen=True, slots=True)
class Published:
    """A published version, and what its author should still look at."""

    version: FormVersion
    warnings: tuple[Finding, ...]


def check(source: FormSource, project_id: int | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong or doubtful about a questionnaire; nothing is published."""
    try:
        compiled = compile_source(source)
        if project_id is not None:
            check_version(project_id, compiled)
        return (*compiled.warnings, *_check_indicators(compiled, project_id))
    except FormRefused as refusal:
        return refusal.findings
    except Conflict as conflict:
        return (Finding(str(conflict)),)


def _check_indicators(compiled: Compiled, project_id: int | None) -> list[Finding]:
    form = project_id and find_form(project_id, compiled.definition.xml_form_id)
    in_force = catalog.definitions_in_force(form.id) if form else []
    return check_workbook(compiled.workbook, compiled.definition, in_force)


def publish(project_id: int, source: FormSource, actor: Actor) -> Published:
    """Publishes a questionnaire with its indicators; compiles and checks before it writes.

    Raises `FormRefused` with all that is wrong, or `Conflict` when a published version would
    change. Interviews that are here already are evaluated with new indicator versions.
    """
    compiled = compile_source(source)
    findings = _check_indicators(compiled, project_id)
    if errors := [finding for finding in findings if finding.severity == "error"]:
        raise FormRefused(errors)
    with transaction():
        version = store_version(project_id, compiled, source, actor)
        sheet = sheet_of(compiled.workbook)
        if sheet is not None:
            said = [essential(item, compiled.definition) for item in sheet.indicators]
            if catalog.install(version, said, actor):
                catalog.evaluate_again(version.form_id)
        stale.mark_project_stale(project_id)
        on_commit(queue.ring)
        db.session.refresh(version)
    return Published(version, (*compiled.warnings, *findings))


def refresh_figures() -> int:
    """Sums up anew the villages that are owed it; how many."""
    with transaction():
        pairs = stale.take_stale(STALE_BATCH)
        recompute.recompute(pairs)
    return len(pairs)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is still to be done, and what waits for a person."""

    unread: int
    stale_villages: int
    set_aside: int
    parked: int
    waiting: int

    @property
    def is_settled(self) -> bool:
        """Everything accepted is processed and every figure is up to date."""
        return not (self.unread or self.stale_villages)

    def counts(self) -> dict[str, int]:
        """Each count under the words the command line prints."""
        return {
            "interviews to read": self.unread,
            "villages to sum up": self.stale_villages,
            "set aside after failed attempts": self.set_aside,
            "parked": self.parked,
            "waiting for a decision": self.waiting,
        }


OWED = """
select (select count(*) from inbox where attempts < %(most)s),
       (select count(*) from (select distinct round_id, village_id from stale_villages) s),
       (select count(*) from inbox where attempts >= %(most)s),
       (select count(*) from parked_uploads where settled_at is null),
       (select count(*) from submissions where state in ('received', 'edited'))
"""

IS_OWED = """
select exists (select from inbox where attempts < %(most)s)
    or exists (select from stale_villages)
"""


def owed() -> Owed:
    """What the ledgers hold."""
    row = driver().execute(OWED, {"most": inbox.MOST_ATTEMPTS}).fetchone()
    assert row is not None
    return Owed(*row)


def is_owed() -> bool:
    """Whether a worker has anything to do."""
    row = driver().execute(IS_OWED, {"most": inbox.MOST_ATTEMPTS}).fetchone()
    return bool(row and row[0])
