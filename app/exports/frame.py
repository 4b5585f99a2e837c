"""What is around the figures of a workbook: pages that explain them, styles, contents."""

import io
from collections.abc import Iterable, Iterator, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font

from app.clock import now
from app.i18n import gettext
from app.indicators.columns import describe_columns


def frame_of(sheets: int, about: Iterable[Sequence[str]], columns: Sequence[str]) -> bytes:
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
