"""Villages that are entered: one, or a province's list, all of it or nothing; the same checks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app import queue
from app.accounts.actors import Actor
from app.accounts.scope import within
from app.audit import record
from app.db import db, on_commit
from app.i18n import gettext
from app.indicators import stale
from app.org_units.models import OrgUnit
from app.org_units.village_checks import check_lines
from app.org_units.village_import import create_villages, hold_communes, read_known
from app.org_units.village_mistakes import MISTAKES
from app.org_units.village_sheet import Line, Mistake, read_sheet

CAPABILITY = "unit.manage"


@dataclass(frozen=True, slots=True)
class Report:
    """What a list holds, what is wrong with it, and what was made of it."""

    right: int
    skipped: int
    mistakes: Sequence[Mistake]
    made: Sequence[OrgUnit]

    @property
    def wrong_rows(self) -> set[int]:
        """The rows with mistakes; 0 is the whole file."""
        return {mistake.row for mistake in self.mistakes}


def take_in(
    content: bytes,
    suffix: str,
    *,
    actor: Actor,
    skipped: Collection[int] = (),
    confirmed: Collection[int] = (),
    dry_run: bool = False,
) -> Report:
    """Adds the villages of a spreadsheet, unless a row that is not left out has a mistake.

    `skipped` and `confirmed` mark rows beside those that the sheet itself marks so.
    """
    lines, mistakes = read_sheet(content, suffix)
    marked = [
        Line(line.row, line.said | {"confirm": "x"}) if line.row in confirmed else line
        for line in lines
    ]
    kept = [line for line in marked if line.row not in skipped and not line.is_skipped]
    left_out = len(lines) - len(kept)
    if mistakes:
        return Report(0, left_out, mistakes, ())
    report = _enter(kept, actor, left_out, dry_run=dry_run)
    if report.made:
        record(
            actor.label, "village.list_imported", "org_units",
            villages=len(report.made), left_out=left_out,
        )  # fmt: skip
    return report


def add_village(said: Mapping[str, str], *, actor: Actor) -> Report:
    """Adds one village, said as a row of a list says it, by the names of its columns."""
    line = Line(1, {field: text.strip() for field, text in said.items() if text.strip()})
    report = _enter([line], actor, 0, dry_run=False)
    for village in report.made:
        record(actor.label, "village.created", f"org_unit:{village.id}", name=village.name)
    return report


def said(mistake: Mistake) -> str:
    """A mistake in words of the present language."""
    return gettext(MISTAKES[mistake.code], **mistake.details)


def _enter(lines: Sequence[Line], actor: Actor, left_out: int, *, dry_run: bool) -> Report:
    if not dry_run:
        hold_communes({line.said.get("commune", "") for line in lines})
    villages, mistakes = check_lines(lines, read_known(_communes(actor)))
    if mistakes or dry_run:
        return Report(len(villages), left_out, mistakes, ())
    made = create_villages(villages)
    stale.mark_villages_stale((village.id for village in made), stale.Urgency.CHANGED)
    on_commit(queue.ring)
    return Report(len(villages), left_out, (), made)


def _communes(actor: Actor) -> set[int]:
    """The communes in which the actor may enter villages."""
    theirs = select(OrgUnit.id).where(
        OrgUnit.level == "commune", within(OrgUnit.id, actor, CAPABILITY)
    )
    return set(db.session.scalars(theirs))
