"""An Excel workbook of figures that explains itself: sheets say what it is of and its columns.

Sheets of figures are made of pieces, in one go or over hours; the rest is small (`frame.py`) and
made when the workbook is given out. Numbers are numbers, so that every Excel shows them in its own
way.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from itertools import chain, islice

from app.exports.sheet import FOOT, HEAD, names_row, rows
from app.exports.zipped import END, Member, Piece, archive, squeeze, whole
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
    from app.exports.frame import frame_of  # here, or each process holds a library of 9 MB for it

    frame = zipfile.ZipFile(io.BytesIO(frame_of(len(sheets), about, columns)))
    own = {sheet.name: sheet for sheet in sheets}
    return [own.get(name) or whole(name, frame.read(name)) for name in frame.namelist()]
