"""What changes a whole programme: its questionnaires, its rounds, its villages."""

from dataclasses import dataclass
from datetime import date

from app import queue
from app.accounts.actors import Actor
from app.db import db, on_commit, transaction
from app.errors import Conflict
from app.forms.models import FormVersion
from app.forms.publish import check_version, store_version
from app.forms.queries import find_form
from app.forms.source import Compiled, FormSource, compile_source
from app.households import lists
from app.indicators import catalog, stale
from app.indicators.breakage import check_workbook, sheet_of
from app.indicators.essential import essential
from app.org_units.models import OrgUnit
from app.org_units.villages import create_village
from app.rounds import change
from app.rounds.models import Round
from app.xforms.problems import Finding, FormRefused


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


def add_village(
    commune_id: int,
    name: str,
    type_: str,
    *,
    longitude: float | None = None,
    latitude: float | None = None,
) -> OrgUnit:
    """A new village of a commune; the frames of its province's rounds hold it from now on."""
    village = create_village(commune_id, name, type_, longitude=longitude, latitude=latitude)
    stale.mark_village_stale(village.id)
    on_commit(queue.ring)
    return village


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
        catalog.change_what_is_in_force()
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
