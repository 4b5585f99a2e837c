"""The indicators in force: installed from a questionnaire's workbook, versioned, never changed."""

from collections.abc import Sequence

from sqlalchemy import select

from app import audit
from app.accounts.actors import Actor
from app.db import db, driver
from app.errors import Conflict
from app.forms.models import Form, FormVersion
from app.forms.queries import current_definition, find_form
from app.indicators.definitions import Indicator
from app.indicators.models import IndicatorVersion
from app.xforms.definition import FormDefinition

CHANGED = (
    "Version %(version)s of the indicator %(code)s is in force already and says something else."
    " Raise its version in the indicators sheet."
)
ELSEWHERE = "The indicator %(code)s is defined by the form “%(form)s”. Choose another code."


def in_force(form_id: int) -> list[IndicatorVersion]:
    """The indicators in force of a form, by code, those that join another form among them."""
    statement = (
        select(IndicatorVersion)
        .where(IndicatorVersion.form_id == form_id, IndicatorVersion.in_force)
        .order_by(IndicatorVersion.code)
    )
    return list(db.session.scalars(statement))


def definitions_in_force(form_id: int) -> list[Indicator]:
    """The same, as definitions."""
    return [Indicator.from_json(known.definition) for known in in_force(form_id)]


def install(version: FormVersion, indicators: Sequence[Indicator], actor: Actor) -> bool:
    """Puts a workbook's indicators in force instead of the form's earlier ones.

    True when interviews that are here have to be evaluated again. Raises `Conflict` when a version
    that is known says something else now, or when another form defines a code.
    """
    codes = [indicator.code for indicator in indicators]
    project_id = db.session.get_one(Form, version.form_id).project_id
    known = {
        (found.code, found.version): found
        for found in db.session.scalars(
            select(IndicatorVersion).where(
                IndicatorVersion.project_id == project_id, IndicatorVersion.code.in_(codes)
            )
        )
    }
    before = {(found.code, found.version) for found in in_force(version.form_id)}
    for found in in_force(version.form_id):
        found.in_force = False
    for indicator in indicators:
        _put_in_force(indicator, version, project_id, known)
    db.session.flush()
    after = {(indicator.code, indicator.version) for indicator in indicators}
    if before != after:
        changed = sorted(f"{code} {number}" for code, number in after ^ before)
        audit.record(
            actor.label, "indicators.installed", f"form:{version.form_id}", changed=changed
        )
    return not after <= before


def _put_in_force(
    indicator: Indicator,
    version: FormVersion,
    project_id: int,
    known: dict[tuple[str, str], IndicatorVersion],
) -> None:
    for (code, _), other in known.items():
        if code == indicator.code and other.form_id != version.form_id:
            form = db.session.get_one(Form, other.form_id)
            raise Conflict(ELSEWHERE, code=code, form=form.xml_form_id)
    found = known.get((indicator.code, indicator.version))
    if found is None:
        found = IndicatorVersion(
            project_id=project_id,
            form_id=version.form_id,
            form_version_id=version.id,
            partner_id=_partner_id(project_id, indicator.join),
            code=indicator.code,
            version=indicator.version,
            unit=indicator.unit,
            labels=indicator.labels,
            definition=indicator.to_json(),
        )
        db.session.add(found)
    elif _meaning(Indicator.from_json(found.definition)) != _meaning(indicator):
        raise Conflict(CHANGED, code=indicator.code, version=indicator.version)
    found.labels, found.in_force = indicator.labels, True


def _partner_id(project_id: int, join: str) -> int | None:
    form = find_form(project_id, join) if join else None
    return form.id if form else None


def joining(project_id: int, xml_form_id: str) -> list[tuple[Indicator, FormDefinition]]:
    """The indicators in force of other forms that join this one, with their form as it is now."""
    form = find_form(project_id, xml_form_id)
    if form is None:
        return []
    known = db.session.scalars(
        select(IndicatorVersion).where(
            IndicatorVersion.partner_id == form.id, IndicatorVersion.in_force
        )
    )
    return [(Indicator.from_json(one.definition), current_definition(one.form_id)) for one in known]


def _meaning(indicator: Indicator) -> dict[str, object]:
    """What figures depend on; labels and notes may be corrected."""
    said = indicator.to_json()
    said.pop("labels")
    said.pop("note")
    said["by"] = [{**item, "labels": None} for item in said["by"]]
    return said


def keep_in_force() -> None:
    """What is in force stays so until this transaction ends; call it before anything is locked."""
    driver().execute("lock table indicator_versions in row share mode")


def change_what_is_in_force() -> None:
    """Waits for the batches that are being read, and lets none begin before this transaction ends.

    Without it a batch that began earlier, and ends later, would be read with what was in force.
    """
    driver().execute("lock table indicator_versions in exclusive mode")


def read_again(form_id: int) -> int:
    """Puts a form's interviews into the inbox, so that they are read with what is in force now.

    Needed where they may belong to other rounds or places than when they came; new indicators alone
    are evaluated at a quarter of the cost (`reevaluate`).
    """
    change_what_is_in_force()
    done = driver().execute(
        "insert into inbox (instance_pk)"
        " select i.id from instances i join interviews v on v.instance_pk = i.id"
        " where i.form_id = %s on conflict do nothing",
        (form_id,),
    )
    return done.rowcount
