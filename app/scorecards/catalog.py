"""Scorecards in force: published from a workbook, versioned, never changed."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import PurePath

from sqlalchemy import bindparam, select, update

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import db
from app.errors import Conflict, NotFound
from app.indicators.kinds import kind_of_version
from app.indicators.models import IndicatorVersion
from app.scorecards.definitions import COUNT, STEPS, TARGET, Criterion, Definition
from app.scorecards.models import CommuneScore, Scorecard
from app.scorecards.read import read_scorecard
from app.scorecards.sheet import CRITERIA, ScorecardSheet
from app.xforms.problems import Finding, FormRefused, Place
from app.xforms.workbook import in_order, read_workbook

CAPABILITY = "scorecard.manage"
IN_FORCE = select(Scorecard).where(
    Scorecard.project_id == bindparam("project_id"),
    Scorecard.code == bindparam("code"),
    Scorecard.in_force,
)


def check(project_id: int, name: str, content: bytes) -> list[Finding]:
    """Everything that is wrong or doubtful about a workbook; nothing is published."""
    try:
        return _read(project_id, name, content).findings
    except FormRefused as refusal:
        return list(refusal.findings)


def publish(project_id: int, name: str, content: bytes, actor: Actor) -> Scorecard:
    """Puts a workbook's scorecard in force instead of the code's earlier version.

    The same again changes nothing. Raises `FormRefused` with every fault, `Conflict` when the
    version is known and says something else or is older, `NotAllowed`.
    """
    require_whole(actor, CAPABILITY, project_id)
    sheet = _read(project_id, name, content)
    if sheet.definition is None:
        raise FormRefused(sheet.findings)
    definition = sheet.definition
    versions = select(Scorecard).filter_by(project_id=project_id, code=definition.code)
    known = {one.version: one for one in db.session.scalars(versions.with_for_update())}
    said, newest = definition.to_json(), max(known, default=0)
    if definition.version in known and known[definition.version].definition != said:
        raise Conflict(
            "Version %(version)s of the scorecard %(code)s is published already and says something"
            " else. Raise its version in the sheet “settings”.",
            code=definition.code,
            version=definition.version,
        )
    if definition.version < newest:
        raise Conflict(
            "Version %(newest)s of the scorecard %(code)s is in force: give this one a higher"
            " version.",
            code=definition.code,
            newest=newest,
        )
    if definition.version in known:
        return known[definition.version]
    for one in known.values():
        one.in_force = False
    db.session.flush()
    made = Scorecard(
        project_id=project_id,
        code=definition.code,
        version=definition.version,
        definition=said,
        published_by=actor.label,
    )
    db.session.add(made)
    db.session.flush()
    _take_along([one.id for one in known.values()], made)
    subject = f"scorecard:{made.id}"
    audit.record(actor.label, "scorecard.published", subject, code=made.code, version=made.version)
    return made


def _take_along(earlier: list[int], made: Scorecard) -> None:
    """Cards that communes are still writing follow the new version; the others stay as they are."""
    db.session.execute(
        update(CommuneScore)
        .where(
            CommuneScore.scorecard_id.in_(earlier),
            CommuneScore.state.not_in(("submitted", "appraised")),
        )
        .values(scorecard_id=made.id)
    )


def list_scorecards(project_id: int) -> list[Scorecard]:
    """Those in force, by code."""
    statement = select(Scorecard).filter_by(project_id=project_id, in_force=True)
    return list(db.session.scalars(statement.order_by(Scorecard.code)))


def get_scorecard(project_id: int, code: str) -> Scorecard:
    """The version in force of a code; raises `NotFound`."""
    found = db.session.scalar(IN_FORCE, {"project_id": project_id, "code": code})
    if found is None:
        raise NotFound("There is no scorecard “%(code)s”.", code=code)
    return found


def definition_of(scorecard: Scorecard) -> Definition:
    """What a scorecard says."""
    return get_definition(scorecard.id)


@lru_cache(maxsize=64)
def get_definition(scorecard_id: int) -> Definition:
    """The same by its id: a version never changes, so that it is read once."""
    return Definition.from_json(db.session.get_one(Scorecard, scorecard_id).definition)


def _read(project_id: int, name: str, content: bytes) -> ScorecardSheet:
    sheet = read_scorecard(read_workbook(content, PurePath(name).suffix))
    known = {
        found.code: found
        for found in db.session.scalars(
            select(IndicatorVersion).filter_by(project_id=project_id, in_force=True)
        )
    }
    sheet.findings = [
        *in_order([*sheet.findings, *_about_indicators(sheet, known)], sheet.workbook)
    ]
    if sheet.has_errors:
        sheet.definition = None
    return sheet


def _about_indicators(
    sheet: ScorecardSheet, known: dict[str, IndicatorVersion]
) -> Iterator[Finding]:
    """Warns of indicators that there are not; of a share, all points must be within its reach."""
    place = sheet.workbook.sheets[CRITERIA].place
    for criterion in sheet.criteria.values():
        row = sheet.rows[CRITERIA, criterion.code].number
        found = known.get(criterion.indicator)
        if criterion.indicator and found is None:
            yield Finding(
                "There is no indicator %(code)s yet: no points can be computed.",
                place(row, "indicator"),
                "warning",
                {"code": criterion.indicator},
            )
        if found is not None and kind_of_version(found.id) == "prop":
            yield from _beyond_a_share(criterion, row, place)
        elif found is None and criterion.target and criterion.target > 1:
            yield Finding(
                "If the value is a share, write the target as 0.8 or 80 per cent: no share is above"
                " 1.",
                place(row, "target"),
                "warning",
            )


def _beyond_a_share(
    criterion: Criterion, row: int, place: Callable[[int, str], Place]
) -> Iterator[Finding]:
    """Why a share, which is at most 1, cannot reach all points of a criterion."""
    told = {"code": criterion.indicator}
    if criterion.rule == TARGET and criterion.target and criterion.target > 1:
        yield Finding(
            "%(code)s is a share: write the target as 0.8 or 80 per cent.",
            place(row, "target"),
            details=told,
        )
    if criterion.rule == STEPS and criterion.steps and criterion.steps[-1].at > 1:
        yield Finding(
            "%(code)s is a share: write the steps as 80%%=20; 60%%=15. Above 1 none is reached.",
            place(row, "steps"),
            details=told,
        )
    if criterion.rule == COUNT and (criterion.each or 0) < criterion.points:
        yield Finding(
            "%(code)s is a share, at most 1, so that these points for one are the most it gives."
            " Take the rule proportional, target or steps.",
            place(row, "each"),
            details=told,
        )
