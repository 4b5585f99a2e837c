"""The story of an interview after its arrival, from the ledger to the figures.

    receive (submissions.intake) → process_inbox → [a person decides: decide] → refresh_figures

Every step may run twice and gives the same result; what is owed stands in three ledgers: the inbox,
the stale villages, and the forms whose indicators changed.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from app import ledger, queue
from app.accounts.actors import Actor
from app.db import driver, is_passing, on_commit, transaction
from app.entities.actions import apply_approved, apply_entities
from app.exports import run as exports
from app.fieldwork import assignments
from app.households import identities, lists, receipts, register, roster
from app.imports import run as imports
from app.indicators import (
    catalog,
    communes,
    counting,
    giving_out,
    observe,
    recompute,
    reevaluate,
    stale,
)
from app.indicators.stale import Urgency
from app.indicators.subjects import Subject, subjects_in, subjects_of
from app.pace import Pace
from app.review import decisions, flags, policy
from app.submissions import counts, extract, inbox, logs, settling, trash
from app.submissions.extract import Record
from app.submissions.inbox import InboxEntry
from app.submissions.models import Submission
from app.submissions.places import Places, find_places
from app.submissions.record import make_records, read_entries
from app.submissions.set_aside import reason_of

BATCH = 250  # instances taken off the ledger together
STALE_BATCH = 25  # villages summed up together where nothing says how long that takes
SUMMING = 0.5  # seconds of summing up after which a worker looks at the interviews again

log = logging.getLogger(__name__)


def settle(
    pace: Pace | None = None,
    call_help: Callable[[], None] | None = None,
    give_out: Callable[[], bool | None] = giving_out.carry_on,
) -> None:
    """Processes all that is owed: interviews first, and figures at their pace.

    Of what people bring on sticks, and of workbooks that they ask for, it takes a slice each time,
    so that phones do not wait for it; so of releases, unless it has somebody else give them out.
    After a full batch of interviews it calls for help with the rest.
    What a person decided is summed up between any two pieces of work: it waits for one piece,
    however much is owed. Communes are added up when nothing else is owed.
    """
    pace = pace or Pace()
    while True:
        is_asked = _carry_on(give_out)
        while (taken := process_inbox()) or evaluate_again():
            if call_help is not None and taken == BATCH:
                call_help()
            refresh_decided()
            if not pace.wait():
                _refresh(pace)
            pace.gather(taken)
        refresh_decided()
        if not _tidy_up():
            return
        # What comes meanwhile is summed up with the rest.
        for _ in () if is_asked else pace.rests():
            refresh_decided()
        while not (is_asked and pace.wait()) and _refresh(pace) and not process_inbox():
            pass  # as after a publication: all villages are owed, and nothing else waits


def _carry_on(give_out: Callable[[], bool | None]) -> bool:
    """A slice of what people asked for and may stop; whether more of it can be had without rest."""
    imports.carry_on()
    return any([exports.carry_on(), give_out()])


def _tidy_up() -> bool:
    """Adds up counts and communes when nothing is owed any more; whether something is."""
    while True:
        with transaction():
            if ledger.is_owed(driver()):
                return True
            counts.fold()
            if not communes.carry_on():
                return False


def _refresh(pace: Pace) -> bool:
    """Sums up villages for a while; whether more may be owed."""
    began = now = time.monotonic()
    is_full = True
    while is_full and now - began < SUMMING:
        before, asked = now, pace.villages
        is_full = refresh_figures(asked) >= asked
        now = time.monotonic()
        if is_full:
            pace.summed(now - before)
    with transaction():
        counts.fold()
    pace.refreshed(time.monotonic() - began)
    return is_full


def process_inbox() -> int:
    """Reads one batch of accepted instances; how many it took."""
    try:
        with transaction():
            return _process(BATCH)
    except Exception:
        # One of them breaks the batch: taken one by one, it holds up no other.
        log.exception("A batch failed; its interviews are processed one by one.")
        return _process_singly()


def evaluate_again() -> int:
    """Evaluates a batch of interviews with indicators that changed; 0 when none is owed."""
    try:
        with transaction():
            return reevaluate.carry_on()
    except Exception as error:
        if is_passing(error):
            raise
        log.exception("Interviews cannot be evaluated again.")
        with transaction():
            reevaluate.give_up(reason_of(error))
        return 0


def _process_singly() -> int:
    with transaction():
        waiting = inbox.next_ids(BATCH)
    for instance_pk, attempts in waiting:
        try:
            with transaction():
                _process(1, only=instance_pk)
        except Exception as error:
            if is_passing(error):  # the machine's fault, no interview's: all of it is still owed
                raise
            log.exception("Interview %s failed.", instance_pk)
            with transaction():
                inbox.put_back(instance_pk, attempts + 1, reason_of(error))
    return len(waiting)


def _process(limit: int, *, only: int | None = None) -> int:
    catalog.keep_in_force()
    entries = inbox.take(limit, only=only)
    if not entries:
        return 0
    earlier = subjects_of(entry.submission_id for entry in entries)
    records, places = _read(entries, earlier)
    again = extract.forget([entry.instance_pk for entry in entries])
    extract.write_records(records)
    subjects = subjects_in(records)
    counting.lock(subject.key for subject in (*earlier, *subjects))
    logs.read_logs(records)
    identities.note_ids(records)
    flags.flag_records(records, places)
    observe.observe(records)
    approved = _follow_policy([r for r in records if r.entry.instance_pk not in again])
    changed = approved | {e.submission_id for e in entries if e.is_edit or e.instance_pk in again}
    settle_counting([*earlier, *(s for s in subjects if s.submission_id in changed)])
    stale.mark_stale(_places(subjects))
    edited = {subject.submission_id for subject in earlier}
    stale.mark_stale(
        _places([*earlier, *(s for s in subjects if s.submission_id in edited)]), Urgency.CHANGED
    )
    apply_entities(records, approved)
    receipts.touch({entry.project_id for entry in entries})
    settling.admit_waiting_edits([entry.instance_pk for entry in entries])
    return len(entries)


def _read(entries: Sequence[InboxEntry], earlier: Sequence[Subject]) -> tuple[list[Record], Places]:
    """What instances say, put in its places; `earlier` is what their chains said before."""
    readings = identities.with_codes(entries, read_entries(entries))
    places = find_places(readings, (entry.app_user_id for entry in entries))
    rounds = {subject.submission_id: subject.round_id for subject in earlier}
    assigned = assignments.rounds_of(
        (entry.project_id, reading.household)
        for entry, reading in zip(entries, readings, strict=True)
        if reading.household
    )
    return make_records(entries, readings, places, rounds, assigned), places


def _follow_policy(records: Sequence[Record]) -> set[int]:
    """Stops what lost its consent, and approves what the rounds' policies let pass.

    Only what is read for the first time: a person may have decided about the rest.
    """
    policy.stop_counting([record.version for record in records if record.reading.consent_withdrawn])
    return policy.approve_unflagged([r.version for r in records if r.is_approved_by_policy])


def _places(subjects: Iterable[Subject]) -> Iterator[tuple[int, int | None]]:
    return ((subject.round_id, subject.village_id) for subject in subjects)


def settle_counting(subjects: Sequence[Subject], urgency: Urgency = Urgency.ARRIVED) -> None:
    """Counts these subjects anew, and what hangs on them: registry, lists, figures."""
    if not subjects:
        return
    changed = counting.recount(subject.key for subject in subjects)
    places = register.register((s.project_id, s.subject) for s in subjects if s.kind == "listing")
    places |= roster.renew((s.project_id, s.subject) for s in subjects if s.kind == "household")
    lists.touch_places(places)
    stale.mark_stale([*changed, *_places(subjects)], urgency)
    # A household that was listed in one round belongs to the later ones as well.
    if villages := {s.village_id for s in subjects if s.kind == "listing" and s.village_id}:
        stale.mark_villages_stale(villages, urgency)


def decide(
    submission_id: int, state: str, reason: str | None, actor: Actor, **seen: int | None
) -> Submission:
    """A person's decision, and everything that follows from it."""
    submission = decisions.decide(submission_id, state, reason, actor, **seen)
    settle_counting(subjects_of([submission_id]), Urgency.DECIDED)
    apply_approved([submission_id])
    receipts.touch({submission.project_id})
    on_commit(queue.ring)
    return submission


def prefer(submission_id: int, actor: Actor) -> Submission:
    """A person's choice of the interview that counts among several about one subject."""
    submission = decisions.prefer(submission_id, actor)
    settle_counting(subjects_of([submission_id]), Urgency.DECIDED)
    on_commit(queue.ring)
    return submission


def throw_away(submission_id: int, reason: str, actor: Actor) -> None:
    """Puts an interview into the trash, out of every list and figure."""
    trash.hold(submission_id, actor)
    subjects = subjects_of([submission_id])
    trash.throw_away(submission_id, reason, actor)
    settle_counting(subjects, Urgency.DECIDED)
    on_commit(queue.ring)


def restore(submission_id: int, actor: Actor) -> None:
    """Takes an interview out of the trash, as it was."""
    trash.restore(submission_id, actor)
    settle_counting(subjects_of([submission_id]), Urgency.DECIDED)
    on_commit(queue.ring)


def refresh_figures(most: int | None = None) -> int:
    """Sums up anew some villages that are owed it, the most urgent first; how many."""
    return _sum_up(most or STALE_BATCH, decided=False)


def refresh_decided() -> None:
    """Sums up anew what a person decided about, and nothing else."""
    while _sum_up(STALE_BATCH, decided=True) >= STALE_BATCH:
        pass


def _sum_up(most: int, *, decided: bool) -> int:
    with transaction():
        pairs = stale.take_stale(most, decided=decided)
        recompute.recompute(pairs)
    return len(pairs)
