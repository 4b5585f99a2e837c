"""Makes workbooks of figures, a few places at a time, so that it may stop anywhere.

A piece of a workbook and the note of how far it is are one transaction: whoever goes on, after a
stop, a fault or the death of a worker, begins behind the last piece.
"""

import logging
import time

from sqlalchemy import Row, func, select

from app import audit, clock, queue
from app.accounts.actors import OPERATOR, Actor, user_actor
from app.db import db, is_passing, on_commit, transaction
from app.errors import Conflict, Problem, SignInNeeded
from app.exports.ask import Asked, pieces_of_work, read
from app.exports.models import FigureFile, FigureFilePart
from app.exports.sheet import LAST_ROW
from app.exports.workbook import first_piece, next_piece
from app.exports.zipped import Piece
from app.i18n import in_language
from app.indicators.export import lineage
from app.indicators.figures import Figure
from app.rounds.models import Round

SLICE = 0.5  # seconds after which a worker looks at the phones' interviews again
MOST_AT_A_TIME = 3  # files that are made for one person
FAULT = Conflict("The programme could not make this file. Tell the operator; the log says why.")

log = logging.getLogger(__name__)


def begin(actor: Actor, round_: Round, asked: Asked, language: str) -> FigureFile:
    """Notes that somebody asks for a workbook; asked for again meanwhile, it is the same one.

    Raises `NotAllowed`, and `Conflict` where too many of theirs are being made.
    """
    actor.require("indicator.read", round_.project_id)
    asked = asked.pinned(actor, round_)
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(actor.label))))
    running = select(FigureFile).where(
        FigureFile.actor == actor.label, FigureFile.state == "running"
    )
    others = db.session.scalars(running).all()
    for other in others:
        if (other.round_id, other.asked, other.language) == (
            round_.id, asked.to_json(), language,
        ):  # fmt: skip
            return other
    if len(others) >= MOST_AT_A_TIME:
        raise Conflict("Other files of yours are being made. Wait until one is ready, or stop it.")
    with in_language(language):
        about = lineage(actor, round_, asked.wanted(round_.id), is_open=asked.is_open)
    made = FigureFile(
        round_id=round_.id,
        actor=actor.label,
        grants=grants_of(actor),
        language=language,
        asked=asked.to_json(),
        about=[list(pair) for pair in about],
        steps=[list(step) for step in pieces_of_work(actor, round_, asked)],
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor.label, "figure_file.asked", f"figure_file:{made.id}", **made.asked)
    on_commit(queue.ring)
    return made


def grants_of(actor: Actor) -> list[list[object]]:
    """What somebody may do where, as it is kept and compared."""
    return sorted([grant.project_id, grant.role, grant.unit_id] for grant in actor.grants)


def carry_on() -> bool:
    """A slice of the oldest file that is being made, if any; whether there is more of it to do."""
    with transaction():
        waiting = db.session.scalar(
            select(FigureFile.id)
            .where(FigureFile.state == "running")
            .order_by(FigureFile.id)
            .limit(1)
        )
    until = time.monotonic() + SLICE
    while waiting is not None and advance(waiting):
        if time.monotonic() > until:
            return True
    return False


def advance(file_id: int) -> bool:
    """One more piece of a file; whether there is more to do. Another worker may have it in hand."""
    try:
        with transaction():
            return _advance(file_id)
    except Exception as error:
        if is_passing(error):
            raise
        if not isinstance(error, Problem):
            log.exception("The file of figures %s failed.", file_id)
        with transaction():
            _fail(file_id, error)
        return False


def _advance(file_id: int) -> bool:
    free = select(FigureFile).where(FigureFile.id == file_id, FigureFile.state == "running")
    held = free.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    made = db.session.scalar(held)
    if made is None:
        return False
    if made.done == 0 and not _last(made):
        _keep(made, first_piece(Asked(**made.asked).columns), 1)
    if made.done < len(made.steps):
        figures = _figures(made)
        if figures:
            _write(made, figures)
        made.done += 1
    if made.done >= len(made.steps):
        made.state, made.finished_at = "finished", clock.now()
    return made.state == "running"


def _figures(made: FigureFile) -> list[Figure]:
    actor = who_asked(made)
    round_ = db.session.get_one(Round, made.round_id)
    return read(actor, round_, made.steps[made.done], Asked(**made.asked))


def who_asked(made: FigureFile) -> Actor:
    """Who asked, with the rights of now; `Conflict` where these are others than they were."""
    try:
        actor = OPERATOR if made.actor == OPERATOR.label else user_actor(_number(made.actor))
    except SignInNeeded:
        actor = None
    if actor is None or grants_of(actor) != made.grants:
        raise Conflict("Rights have changed since this file was asked for. Ask for it again.")
    return actor


def _number(label: str) -> int:
    return int(label.partition(":")[2])


def _write(made: FigureFile, figures: list[Figure]) -> None:
    columns = Asked(**made.asked).columns
    while figures:
        if made.rows == LAST_ROW:
            made.sheets, made.rows = made.sheets + 1, 0
            _keep(made, first_piece(columns), 1)
        some, figures = figures[: LAST_ROW - made.rows], figures[LAST_ROW - made.rows :]
        last = _last(made)
        assert last is not None
        before = Piece(b"", last.size, last.crc)
        _keep(made, next_piece(some, columns, made.rows, before), len(some))
        made.figures += len(some)


def _keep(made: FigureFile, piece: Piece, rows: int) -> None:
    last = _last(made)
    db.session.add(
        FigureFilePart(
            file_id=made.id,
            position=last.position + 1 if last else 0,
            sheet=made.sheets,
            content=piece.packed,
            size=piece.size,
            crc=piece.crc,
        )
    )
    db.session.flush()
    made.rows += rows


def _last(made: FigureFile) -> Row[int, int, int] | None:
    """Position of the last piece, and the size and checksum of its sheet up to there."""
    part = FigureFilePart
    known = select(part.position, part.size, part.crc).where(part.file_id == made.id)
    return db.session.execute(known.order_by(part.position.desc()).limit(1)).first()


def _fail(file_id: int, error: Exception) -> None:
    made = db.session.get(FigureFile, file_id, with_for_update=True)
    if made is None or made.state != "running":
        return
    made.state, made.finished_at = "failed", clock.now()
    told = error if isinstance(error, Problem) and not error.details else FAULT
    made.problem = told.message
    audit.record(made.actor, "figure_file.failed", f"figure_file:{file_id}", problem=made.problem)
