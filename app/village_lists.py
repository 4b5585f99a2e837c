"""A province's list of villages: checked as a whole, and taken in as a whole or not at all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app import queue
from app.audit import record
from app.db import on_commit
from app.indicators import stale
from app.org_units.models import OrgUnit
from app.org_units.village_checks import MISTAKES, check_lines
from app.org_units.village_import import create_villages, read_known
from app.org_units.village_sheet import Mistake, read_sheet


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
    actor: str,
    mine: Collection[int] | None = None,
    skipped: Collection[int] = (),
    dry_run: bool = False,
) -> Report:
    """Adds the villages of a spreadsheet, unless a row that is not left out has a mistake."""
    lines, mistakes = read_sheet(content, suffix)
    kept = [line for line in lines if line.row not in skipped and not line.is_skipped]
    left_out = len(lines) - len(kept)
    if mistakes:
        return Report(0, left_out, mistakes, ())
    villages, mistakes = check_lines(kept, read_known(mine))
    if mistakes or dry_run:
        return Report(len(villages), left_out, mistakes, ())
    made = create_villages(villages)
    for village in made:
        stale.mark_village_stale(village.id)
    record(actor, "village.list_imported", "org_units", villages=len(made), left_out=left_out)
    on_commit(queue.ring)
    return Report(len(villages), left_out, (), made)


def said(mistake: Mistake) -> str:
    """A mistake in English words."""
    return MISTAKES[mistake.code] % mistake.details
