"""An Excel workbook of figures that explains itself: sheets say what it is of and its columns.

Sheets of figures are made of pieces, in one go or over hours; the rest is small and made by
openpyxl when the workbook is given out. Numbers are numbers, so that every Excel shows them in its
own way.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font

from app.clock import now
from app.exports.sheet import FOOT, HEAD, names_row, rows
from app.exports.zipped import END, Member, Piece, archive, squeeze, whole
from app.i18n import gettext
from app.indicators.columns import describe_columns
from app.indicators.figures import Figure
from app.indicators.table import COLUMNS, figure_row

Pairs = Iterable[Sequence[str]]
PLACE = "xl/worksheets/sheet{}.xml"
AT_ONCE = 2000  # figures of a piece


def first_piece(columns: Sequence[str]) -> Piece:
    """The beginning of a sheet, down to the names of its columns."""
    return squeeze(HEAD + names_row(columns).encode())


def next_piece(
    figures: Iterable[Figure], columns: Sequence[str], after: int, before: Piece
) -> Piece:
    """Rows of figures behind the row with this number, and behind a piece of the same sheet."""
    lines = ([row[name] for name in columns] for row in map(figure_row, figures))
    return squeeze(rows(lines, after).encode(), before.size, before.crc)


def sheet_of(number: int, last: Piece, packed: int, pieces: Iterable[bytes]) -> Member:
    """A sheet with an end put behind its pieces, the last of which is told."""
    foot = squeeze(FOOT, last.size, last.crc)
    closing = foot.packed + END
    return Member(
        PLACE.format(number), packed + len(closing), foot.size, foot.crc, chain(pieces, (closing,))
    )


def write_workbook(
    figures: Iterable[Figure], about: Pairs, columns: Sequence[str] = COLUMNS
) -> bytes:
    """A workbook of figures that fit on one sheet, at once."""
    made = [first_piece(columns)]
    row, left = 1, iter(figures)
    while some := list(islice(left, AT_ONCE)):
        made.append(next_piece(some, columns, row, made[-1]))
        row += len(some)
    packed = [piece.packed for piece in made]
    sheet = sheet_of(1, made[-1], sum(map(len, packed)), packed)
    return b"".join(archive(members([sheet], about, columns)))


def members(sheets: Sequence[Member], about: Pairs, columns: Sequence[str]) -> list[Member]:
    """The files of a workbook: its sheets of figures, and all that is around them."""
    frame = zipfile.ZipFile(io.BytesIO(_frame(len(sheets), about, columns)))
    own = {sheet.name: sheet for sheet in sheets}
    return [own.get(name) or whole(name, frame.read(name)) for name in frame.namelist()]


def _frame(sheets: int, about: Pairs, columns: Sequence[str]) -> bytes:
    """The workbook with its sheets of figures empty, in the present language."""
    book = Workbook(write_only=True)
    title = gettext("Figures")
    for number in range(1, sheets + 1):
        sheet = book.create_sheet(title if number == 1 else f"{title} {number}")
        sheet.append(list(_styled(sheet)))
    described = ((n, text) for n, text in describe_columns().items() if n in columns)
    for name, pairs in ((gettext("About"), about), (gettext("Columns"), described)):
        page = book.create_sheet(name)
        page.column_dimensions["A"].width, page.column_dimensions["B"].width = 32, 100
        for pair in pairs:
            page.append([_plain(page, text) for text in pair])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _styled(sheet: object) -> Iterator[Cell]:
    """Cells that make the workbook name its styles, in the order of `sheet.py`."""
    bold = WriteOnlyCell(sheet, "")  # type: ignore[arg-type]
    bold.font = Font(bold=True)
    yield bold
    yield WriteOnlyCell(sheet, now().replace(tzinfo=None))  # type: ignore[arg-type]


def _plain(sheet: object, text: str) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, text)  # type: ignore[arg-type]
    cell.data_type = "s"  # also of a text that begins as a formula does
    return cell
