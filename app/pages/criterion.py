"""One criterion of a commune's card: its report, own points, evidence, and what is granted."""

from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.access import requires, takes
from app.clock import today
from app.db import transaction
from app.errors import BadRequest, Conflict, NotFound, Problem, TooLarge
from app.pages.attachments import guarded
from app.pages.blueprint import pages
from app.pages.card_words import own_points
from app.pages.inputs import posted
from app.pages.publishing import bare_name
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.pages.score import CARD, find_where
from app.scorecards import evidence, writing
from app.scorecards.card import APPRAISE, SCORE, SUBMITTED, Entry
from app.scorecards.cards import CAPABILITY, Where, files_of, find_card, rights_at
from app.scorecards.catalog import definition_of
from app.scorecards.history import acts_on
from app.scorecards.reported import CHOICES
from app.storage.blobs import open_blob

CRITERION = f"{CARD}/criteria/<criterion>"
FORM = 64 * 1024  # bytes around a file


@pages.get(CRITERION)
@requires(CAPABILITY)
def show_criterion(
    round_id: int, commune_id: int, scorecard: str, criterion: str
) -> ResponseReturnValue:
    """What is computed, said, proved and granted about a criterion, and its history."""
    return _page(find_where(CAPABILITY, round_id, commune_id, scorecard), criterion)


@pages.post(CRITERION)
@requires(SCORE)
def write_criterion(
    round_id: int, commune_id: int, scorecard: str, criterion: str
) -> ResponseReturnValue:
    """The commune's report, own points and explanation."""
    where = find_where(SCORE, round_id, commune_id, scorecard)
    said = {name: posted(name, longest=None) for name in ("reported", "own", "explanation")}
    try:
        with transaction():
            writing.write(reader(), where, criterion, **said)
    except (BadRequest, Conflict) as problem:
        return _page(where, criterion, problem), problem.status
    return redirect(_address(where, criterion), 303)


@pages.post(f"{CRITERION}/grant")
@requires(APPRAISE)
def grant_points(
    round_id: int, commune_id: int, scorecard: str, criterion: str
) -> ResponseReturnValue:
    """The province's points and remark."""
    where = find_where(APPRAISE, round_id, commune_id, scorecard)
    said = {name: posted(name, longest=None) for name in ("points", "remark")}
    try:
        with transaction():
            writing.grant(reader(), where, criterion, **said)
    except (BadRequest, Conflict) as problem:
        return _page(where, criterion, problem), problem.status
    return redirect(_address(where, criterion), 303)


@pages.post(f"{CRITERION}/files")
@requires(SCORE)
@takes(evidence.LARGEST + FORM)
def attach_evidence(
    round_id: int, commune_id: int, scorecard: str, criterion: str
) -> ResponseReturnValue:
    """Adds a file that proves what the commune says."""
    where = find_where(SCORE, round_id, commune_id, scorecard)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(where, criterion, BadRequest("Choose a file first.")), BadRequest.status
    try:
        with transaction():
            name, content = bare_name(file), file.stream
            evidence.attach(reader(), where, criterion, name=name, content=content)  # type: ignore[arg-type]
    except (BadRequest, Conflict, TooLarge) as problem:
        return _page(where, criterion, problem), problem.status
    return redirect(_address(where, criterion), 303)


@pages.get(f"/scorecards/files/<{UNIT}:evidence_id>")
@requires(CAPABILITY)
def download_evidence(evidence_id: int) -> ResponseReturnValue:
    """A file of a card; it is saved, never shown within the pages."""
    file = evidence.get_file(reader(), evidence_id)
    response = send_file(open_blob(file.blob_sha256), "application/octet-stream", etag=False)
    return guarded(response, file.name, shown=False)


@pages.post(f"/scorecards/files/<{UNIT}:evidence_id>/remove")
@requires(SCORE)
def remove_evidence(evidence_id: int) -> ResponseReturnValue:
    """Takes a file out of a card."""
    with transaction():
        file = evidence.detach(reader(), evidence_id)
        card = file.card
        back = url_for(
            "pages.show_criterion",
            round_id=card.round_id,
            commune_id=card.unit_id,
            scorecard=card.scorecard.code,
            criterion=file.criterion,
        )
    return redirect(back, 303)


def _page(where: Where, code: str, problem: Problem | None = None) -> str:
    found = find_card(reader(), where)
    line = found.card.line(code)
    if line is None:
        raise NotFound
    rights = rights_at(reader(), where)
    record = found.record
    return render_template(
        "criterion.html",
        commune=where.unit,
        round=where.round,
        said=definition_of(found.scorecard),
        card=found.card,
        one=line,
        line=line.line,
        criterion=line.line.criterion,
        choices=CHOICES.get(line.line.criterion.rule),
        files=[file for file in files_of(record.id) if file.criterion == code] if record else [],
        may_write=SCORE in rights and found.card.is_open(today()),
        may_grant=APPRAISE in rights and found.card.state == SUBMITTED,
        acts=acts_on(record, code),
        said_now=_typed(line.entry, problem),
        problem=problem,
    )


def _typed(entry: Entry, problem: Problem | None) -> dict[str, str]:
    """What the fields hold: what is kept, or what was refused just now."""
    kept = {
        "reported": entry.reported,
        "own": own_points(entry.own),
        "explanation": entry.explanation,
        "points": own_points(entry.appraised),
        "remark": entry.remark,
    }
    return kept if problem is None else kept | request.form.to_dict()


def _address(where: Where, criterion: str) -> str:
    return url_for(
        "pages.show_criterion",
        round_id=where.round.id,
        commune_id=where.unit.id,
        scorecard=where.scorecard.code,
        criterion=criterion,
    )
