"""Files of figures for those who asked for them: how far they are, and what is in them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import delete, func, select

from app import stop_and_go
from app.accounts.actors import Actor
from app.clock import now
from app.db import db
from app.errors import Conflict, NotFound
from app.exports.ask import Asked
from app.exports.models import FigureFile, FigureFilePart
from app.exports.run import who_asked
from app.exports.workbook import members, sheet_of
from app.exports.zipped import Member, Piece
from app.i18n import in_language

KEPT_FOR = timedelta(days=7)
SHOWN = 20


def list_files(actor: Actor, round_id: int) -> Sequence[FigureFile]:
    """What somebody asked for of a round, newest first."""
    own = select(FigureFile).where(FigureFile.round_id == round_id, FigureFile.actor == actor.label)
    return db.session.scalars(own.order_by(FigureFile.id.desc()).limit(SHOWN)).all()


def get_file(actor: Actor, file_id: int, *, hold: bool = False) -> FigureFile:
    """A file that they asked for; `NotFound` when it is another's, or was cleared away."""
    found = db.session.get(FigureFile, file_id, with_for_update=hold, populate_existing=hold)
    if found is None or (found.actor != actor.label and not actor.is_operator):
        raise NotFound
    return found


def kept_until(file: FigureFile) -> datetime:
    """When it is cleared away: some days after it was ready, or asked for."""
    return (file.finished_at or file.asked_at) + KEPT_FOR


def stop(actor: Actor, file_id: int) -> None:
    """Stops a file after the places in hand."""
    stop_and_go.stop(get_file(actor, file_id, hold=True), actor.label)


def resume(actor: Actor, file_id: int) -> None:
    """Goes on where it was stopped."""
    stop_and_go.resume(get_file(actor, file_id, hold=True), actor.label)


def forget_old() -> int:
    """Clears files away that are too old, whatever became of them; how many."""
    ended = func.coalesce(FigureFile.finished_at, FigureFile.asked_at)
    old = delete(FigureFile).where(ended < now() - KEPT_FOR).returning(FigureFile.id)
    return len(db.session.scalars(old).all())


def content_of(actor: Actor, file_id: int) -> list[Member]:
    """The parts of a workbook that is ready, for `zipped.archive`, in the language it was asked in.

    Raises `Conflict` before it is ready, and when the rights of who asked are others than then.
    """
    file = get_file(actor, file_id)
    who_asked(file)
    if file.state != "finished":
        raise Conflict("This file is not ready yet.")
    part = FigureFilePart
    told = select(part.sheet, part.position, func.length(part.content), part.size, part.crc)
    rows = db.session.execute(told.where(part.file_id == file.id).order_by(part.position)).all()
    sheets = []
    for number, of_sheet in groupby(rows, key=lambda row: row[0]):
        parts = list(of_sheet)
        last = Piece(b"", parts[-1][3], parts[-1][4])
        pieces = _pieces(file.id, [row[1] for row in parts])
        sheets.append(sheet_of(number, last, sum(row[2] for row in parts), pieces))
    with in_language(file.language):
        return members(sheets, file.about, Asked(**file.asked).columns)


def _pieces(file_id: int, positions: Sequence[int]) -> Iterator[bytes]:
    """One after the other, so that few are in memory."""
    for position in positions:
        asked = {"file_id": file_id, "position": position}
        yield db.session.scalars(select(FigureFilePart.content).filter_by(**asked)).one()
