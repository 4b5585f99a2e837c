"""What changes a whole programme: its questionnaires, its rounds, its villages."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import queue
from app.accounts.actors import Actor
from app.db import db, on_commit, transaction
from app.drafts import make
from app.drafts.models import FormDraft
from app.entities import registry as entities
from app.errors import Conflict
from app.forms.models import FormVersion
from app.forms.publish import check_version, store_version
from app.forms.queries import current_definitions, find_form
from app.forms.source import Compiled, FormSource, compile_source
from app.households import imports, lists
from app.households.imports import ImportReport
from app.households.models import HouseholdChange
from app.indicators import catalog, counting, reevaluate, stale
from app.indicators.breakage import check_workbook, sheet_of
from app.indicators.compare import Change, compare
from app.indicators.definitions import Indicator
from app.indicators.dry_run import DryRun, dry_run
from app.indicators.essential import essential
from app.indicators.partners import Partners
from app.indicators.sheet import INDICATORS
from app.indicators.stale import Urgency
from app.rounds import change
from app.rounds.models import Round
from app.rounds.plan import RoundPlan
from app.samples import change as samples
from app.samples.design import Design
from app.samples.models import RoundSample, SampleHousehold
from app.xforms.problems import Finding, FormRefused


def open_round(
    project_id: int,
    code: str,
    name: str,
    starts_on: date,
    ends_on: date | None,
    *,
    actor: Actor,
    **further: Any,
) -> Round:
    """A new round; every village of the project gets its base rows, so that none is left out.

    `further` are other settings of a `RoundPlan`.
    """
    plan = RoundPlan(name, starts_on, ends_on, **further)
    opened = change.open_round(project_id, code, plan, actor=actor)
    _refresh(opened)
    return opened


def change_round(found: Round, plan: RoundPlan, *, actor: Actor) -> None:
    """Other settings of a round; what counts in it is settled anew."""
    change.change_round(found, plan, actor=actor)
    _count_anew(found)


def grant_exception(
    found: Round, org_unit_id: int, received_until: date, reason: str, *, actor: Actor
) -> None:
    """Lets a place's late interviews count, if they are approved."""
    change.grant_exception(found, org_unit_id, received_until, reason, actor=actor)
    _count_anew(found)


def import_households(
    project_id: int, content: bytes, name: str, *, actor: Actor, without: Collection[int] = ()
) -> ImportReport:
    """Households of a spreadsheet, all or none; frames and phones follow."""
    report = imports.import_households(project_id, content, name, actor=actor, without=without)
    _follow_registry(project_id, report.villages, Urgency.CHANGED)
    return report


def change_household(
    project_id: int, change: Callable[..., HouseholdChange], *which: Any, actor: Actor
) -> HouseholdChange:
    """A move, merge, split or undo (of `households.changes`); frames and phones follow."""
    done = change(project_id, *which, actor=actor)
    versions = [version["household"] for version in (done.before, done.after) if version]
    _follow_registry(project_id, {version["village_id"] for version in versions}, Urgency.DECIDED)
    return done


def _follow_registry(project_id: int, village_ids: Collection[int], urgency: Urgency) -> None:
    stale.mark_villages_stale(village_ids, urgency)
    lists.touch({project_id})
    on_commit(queue.ring)


def draw_sample(
    found: Round, design: Design, seed: str | None = None, *, actor: Actor, **further: Any
) -> RoundSample:
    """The sample of a round; phones get its households and no others."""
    sample = samples.draw_sample(found, design, seed, actor=actor, **further)
    _refresh(found)
    return sample


def discard_sample(found: Round, *, actor: Actor) -> None:
    """Takes a sample back that nobody was visited for."""
    samples.discard_sample(found, actor=actor)
    _refresh(found)


def substitute(found: Round, household: str, reason: str, *, actor: Actor) -> SampleHousehold:
    """Lets a reserve stand in for a household of the sample."""
    reserve = samples.substitute(found, household, reason, actor=actor)
    _refresh(found)
    return reserve


def _refresh(found: Round) -> None:
    stale.mark_project_stale(found.project_id)
    lists.touch({found.project_id})
    on_commit(queue.ring)


def _count_anew(found: Round) -> None:
    db.session.flush()
    counting.recount_round(found.id)
    _refresh(found)


@dataclass(frozen=True, slots=True)
class Published:
    """A published version, and what its author should still look at."""

    version: FormVersion
    warnings: tuple[Finding, ...]


def check(
    source: FormSource, project_id: int | None = None, beside: Iterable[FormSource] = ()
) -> tuple[Finding, ...]:
    """Everything that is wrong or doubtful about a questionnaire; nothing is published.

    `beside` are others that are checked with it, which its indicators may join.
    """
    try:
        compiled = compile_source(source, entities.list_names(project_id) if project_id else ())
        if project_id is not None:
            check_version(project_id, compiled)
        joins = any(row.text("join") for row in compiled.workbook.rows(INDICATORS))
        partners = _partners(project_id, compiled, beside if joins else ())
        return (*compiled.warnings, *_check_indicators(compiled, project_id, partners))
    except FormRefused as refusal:
        return refusal.findings
    except Conflict as conflict:
        return (Finding(conflict.message, details=conflict.details),)


def _check_indicators(
    compiled: Compiled, project_id: int | None, partners: Partners
) -> list[Finding]:
    definition = compiled.definition
    form = project_id and find_form(project_id, definition.xml_form_id)
    in_force = catalog.definitions_in_force(form.id) if form else []
    return check_workbook(compiled.workbook, definition, in_force, partners)


def _partners(
    project_id: int | None, compiled: Compiled, beside: Iterable[FormSource] = ()
) -> Partners:
    """The forms that a form may join, published or handed in with it; and what joins it."""
    known = current_definitions(project_id) if project_id else {}
    for source in beside:
        with suppress(FormRefused):  # its own check says why
            definition = compile_source(source).definition
            known[definition.xml_form_id] = definition
    form_id = compiled.definition.xml_form_id
    joining = catalog.joining(project_id, form_id) if project_id else []
    return Partners(known, tuple(joining), are_all=project_id is not None)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a workbook would change: definitions, and what they make of interviews that are here.

    `tried` is None where there is no interview to try it on.
    """

    changes: list[Change]
    tried: DryRun | None


def preview(
    project_id: int, source: FormSource, round_: Round | None, limit: int | None = None
) -> Preview:
    """Compares a workbook's indicators with those in force; raises `FormRefused` for a faulty one.

    They are tried on the newest `limit` interviews that count in the round, all without a limit.
    """
    compiled = compile_source(source, entities.list_names(project_id))
    partners = _partners(project_id, compiled)
    _refuse_errors(_check_indicators(compiled, project_id, partners))
    form = find_form(project_id, compiled.definition.xml_form_id)
    before = catalog.definitions_in_force(form.id) if form else []
    after = _said(compiled, partners)
    if after is None:
        return Preview([], None)
    changes = compare(before, after)
    if form is None or round_ is None or not changes:
        return Preview(changes, None)
    codes = {change.code for change in changes}
    old, new = ([item for item in part if item.code in codes] for part in (before, after))
    tried = dry_run(round_.id, form.id, old, new, compiled.definition, limit=limit)
    return Preview(changes, tried if tried.total else None)


def _refuse_errors(findings: Iterable[Finding]) -> None:
    if errors := [finding for finding in findings if finding.severity == "error"]:
        raise FormRefused(errors)


def _said(compiled: Compiled, partners: Partners) -> list[Indicator] | None:
    """The indicators of a workbook that was checked; None when it says nothing about them."""
    sheet = sheet_of(compiled.workbook)
    if sheet is None:
        return None
    wholes = ((item, partners.whole(compiled.definition, item.join)) for item in sheet.indicators)
    return [essential(item, whole) for item, whole in wholes if whole is not None]


def save_draft(
    project_id: int, source: FormSource, actor: Actor, unit_id: int | None = None
) -> FormDraft:
    """Keeps a questionnaire as a draft; only one that could be published, so that it can go live.

    Raises as `publish` does. Testers get the lists of the place `unit_id`.
    """
    compiled = compile_source(source, entities.list_names(project_id))
    check_version(project_id, compiled)
    _refuse_errors(_check_indicators(compiled, project_id, _partners(project_id, compiled)))
    with transaction():
        return make.save_draft(project_id, compiled, source, actor, unit_id)


def publish_draft(draft_id: int, actor: Actor) -> Published:
    """Publishes exactly what was tried out; the draft goes with all that was sent to it.

    Should the server stop in between, the draft is still there, and publishing it again is safe.
    """
    draft = make.get_draft(draft_id, actor)
    published = publish(draft.project_id, make.source_of(draft), actor)
    with transaction():
        make.drop_draft(draft_id, actor, "published")
    return published


def publish(project_id: int, source: FormSource, actor: Actor) -> Published:
    """Publishes a questionnaire with its indicators; compiles and checks before it writes.

    Raises `FormRefused` with all that is wrong, or `Conflict` when a published version would
    change. Interviews that are here already are evaluated with new indicator versions.
    """
    compiled = compile_source(source, entities.list_names(project_id))
    partners = _partners(project_id, compiled)
    findings = _check_indicators(compiled, project_id, partners)
    _refuse_errors(findings)
    with transaction():
        catalog.change_what_is_in_force()
        if _partners(project_id, compiled) != partners:
            raise Conflict("Another form was published meanwhile. Publish this one again.")
        version = store_version(project_id, compiled, source, actor)
        entities.declare(project_id, compiled.definition)
        said = _said(compiled, partners)
        if said is not None and catalog.install(version, said, actor):
            reevaluate.begin(version.form_id)
        stale.mark_project_stale(project_id)
        on_commit(queue.ring)
        db.session.refresh(version)
    return Published(version, (*compiled.warnings, *findings))
