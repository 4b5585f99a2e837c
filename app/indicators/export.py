"""Files of figures: as CSV line by line, and as an Excel workbook that explains itself."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from app.accounts.actors import Actor
from app.clock import PROGRAMME_ZONE, now
from app.errors import BadRequest
from app.i18n import format_date, format_instant, gettext
from app.indicators.columns import describe_columns
from app.indicators.disclosure import Rule
from app.indicators.figures import Figure
from app.indicators.release_queries import newest_release, rule_from, rule_of
from app.indicators.sum_models import Release
from app.indicators.table import COLUMNS, figure_row
from app.indicators.walk import Wanted, walk
from app.indicators.withhold import reads_interviews
from app.projects.queries import get_project
from app.rounds.models import Round

MOST_ROWS = 100_000  # of a workbook, which takes a quarter of an hour for all of a large province
OPEN_COLUMNS = tuple(name for name in COLUMNS if name != "broken")


def open_data(actor: Actor, round_: Round, wanted: Wanted) -> Iterator[Figure]:
    """What everybody may have: the figures of a release that are not withheld, whoever asks."""
    everything = walk(actor, round_, replace(wanted, given_out=True))
    return (figure for figure in everything if figure.value is not None)


def lineage(
    actor: Actor, round_: Round, wanted: Wanted, *, is_open: bool = False
) -> list[tuple[str, str]]:
    """What a file of figures is of, in the present language: name and text."""
    release = _release(actor, round_, wanted, is_open=is_open)
    rule = rule_from(release.rule) if release else rule_of(round_.project_id)
    said = [
        (gettext("Round"), f"{round_.name} ({round_.code})"),
        (gettext("State"), _state(release)),
        (
            gettext("Boundaries"),
            format_date(wanted.on) if wanted.on else gettext("of the figures' day"),
        ),
        (gettext("Made on"), format_instant(now())),
        (gettext("Time zone"), PROGRAMME_ZONE.key),
    ]
    if release and release.reason:
        said.append((gettext("Reason"), release.reason))
    return [*said, *describe_rule(rule)]


def describe_rule(rule: Rule) -> list[tuple[str, str]]:
    """What is withheld from readers without interviews, in the present language."""
    return [
        (gettext("Fewest people behind a figure"), str(rule.threshold)),
        (gettext("Fewest answers of a sample"), str(rule.smallest_n)),
        (gettext("Counts are rounded to"), str(rule.round_to)),
        (gettext("Sensitive indicators"), ", ".join(sorted(rule.sensitive)) or "–"),
        (gettext("Legal note"), rule.legal_note or "–"),
    ]


def _release(actor: Actor, round_: Round, wanted: Wanted, *, is_open: bool) -> Release | None:
    if wanted.release is not None:
        return wanted.release
    place = wanted.unit_id or get_project(round_.project_id).org_unit_id
    reads = place is not None and reads_interviews(actor, place, round_.project_id)
    return None if reads and not is_open else newest_release(round_.id)


def _state(release: Release | None) -> str:
    if release is None:
        return gettext("as it is now; not given out")
    status = gettext("final") if release.status == "final" else gettext("provisional")
    when = format_instant(release.released_at)
    return f"{gettext('Release %(version)s', version=release.version)}, {status}, {when}"


def write_workbook(
    figures: Iterable[Figure], said: Iterable[tuple[str, str]], columns: tuple[str, ...] = COLUMNS
) -> IO[bytes]:
    """An Excel workbook of figures, with sheets that say what they are of and what columns say.

    Its numbers are numbers, so that every Excel shows them in its own way. Refuses (`BadRequest`)
    more than 100,000 rows. Rows go to the disk one by one.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(gettext("Figures"))
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    head = [WriteOnlyCell(sheet, name) for name in columns]
    for cell in head:
        cell.font = bold
    sheet.append(head)
    rows = 0
    for figure in islice(figures, MOST_ROWS + 1):
        row = figure_row(figure)
        sheet.append([_cell(sheet, row[name]) for name in columns])
        rows += 1
    for title, pairs in (
        (gettext("About"), said),
        (gettext("Columns"), ((n, text) for n, text in describe_columns().items() if n in columns)),
    ):
        page = book.create_sheet(title)
        page.column_dimensions["A"].width, page.column_dimensions["B"].width = 32, 100
        for name, text in pairs:
            page.append([_cell(page, name), _cell(page, text)])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(file)  # also where it is refused: what is not saved stays on the disk
    if rows > MOST_ROWS:
        file.close()
        raise BadRequest(
            "A workbook holds at most %(most)s figures. Ask for one level, or take a CSV.",
            most=MOST_ROWS,
        )
    file.seek(0)
    return file


def _cell(sheet: object, value: object) -> object:
    """A cell that holds a text as a text, even one that begins as a formula does."""
    if hasattr(value, "astimezone"):
        return value.astimezone(PROGRAMME_ZONE).replace(tzinfo=None, microsecond=0)
    if isinstance(value, str) and value.startswith("="):
        cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]
        cell.data_type = "s"
        return cell
    return value
