"""The sample of a round: how large it should be, drawing it, and who stands in for whom."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import programme
from app.access import requires
from app.db import db, transaction
from app.errors import BadRequest, Conflict, NotFound, Problem
from app.i18n import gettext
from app.org_units.queries import names_of
from app.pages.blueprint import pages
from app.pages.inputs import asked, posted
from app.pages.reader import reader
from app.pages.rounds import find_round
from app.pages.rules import UNIT
from app.pages.words import place
from app.rounds.models import Round
from app.samples.design import KINDS, LISTED, STRATA, Design
from app.samples.frame import read_frame
from app.samples.queries import (
    VillageShare,
    count_roles,
    find_sample,
    replacements_of,
    strata_of,
    villages_of,
)
from app.samples.size import sample_size

SIZES = ("size", "take", "oversample", "reserves")
MARGINS = (3, 5, 10)  # points
EFFECTS = (1.0, 1.5, 2.0)
USUAL = {"margin": "5", "share": "50", "deff": "1,5", "response": "90"}


@pages.get(f"/rounds/<{UNIT}:round_id>/sample")
@requires("submission.read")
def show_sample(round_id: int) -> ResponseReturnValue:
    """What was drawn, or the form to draw."""
    return _page(find_round(reader(), round_id))


@pages.post(f"/rounds/<{UNIT}:round_id>/sample")
@requires("round.manage")
def draw_sample(round_id: int) -> ResponseReturnValue:
    """Draws, or says why that cannot be done."""
    actor = reader()
    found = find_round(actor, round_id, "round.manage")
    try:
        with transaction():
            sizes = {name: _whole(name, 1 if name == "oversample" else 0) for name in SIZES}
            design = Design(posted("kind"), by=posted("by") or "none", **sizes)
            poor = ("1", "2") if posted("poor") == "both" else ("1",)
            programme.draw_sample(found, design, posted("seed") or None, actor=actor, poor=poor)
    except (BadRequest, Conflict) as problem:
        return _page(found, problem), problem.status
    return redirect(url_for("pages.show_sample", round_id=round_id), 303)


@pages.post(f"/rounds/<{UNIT}:round_id>/sample/discard")
@requires("round.manage")
def discard_sample(round_id: int) -> ResponseReturnValue:
    """Takes the sample back while nobody was visited for it."""
    actor = reader()
    found = find_round(actor, round_id, "round.manage")
    try:
        with transaction():
            programme.discard_sample(found, actor=actor)
    except (Conflict, NotFound) as problem:
        return _page(found, problem), problem.status
    return redirect(url_for("pages.show_sample", round_id=round_id), 303)


@pages.post(f"/rounds/<{UNIT}:round_id>/sample/substitute")
@requires("round.manage")
def substitute(round_id: int) -> ResponseReturnValue:
    """Lets a reserve stand in for a household."""
    actor = reader()
    found = find_round(actor, round_id, "round.manage")
    try:
        with transaction():
            programme.substitute(found, posted("household"), posted("reason"), actor=actor)
    except (BadRequest, Conflict, NotFound) as problem:
        return _page(found, problem), problem.status
    return redirect(url_for("pages.show_sample", round_id=round_id), 303)


def _page(found: Round, problem: Problem | None = None) -> str:
    actor = reader()
    db.session.refresh(found)
    sample = find_sample(found.id)
    frame = sample.frame if sample else len(read_frame(found)[0])
    strata = strata_of(sample) if sample else []
    villages = villages_of(actor, sample, found.project_id) if sample else []
    return render_template(
        "sample.html",
        round=found,
        sample=sample,
        frame=frame,
        strata=strata,
        villages=villages,
        names=_names([one.code for one in strata] + [one.stratum for one in villages], villages),
        roles=count_roles(sample) if sample else {},
        replacements=replacements_of(actor, sample, found.project_id) if sample else [],
        sizes=_sizes(frame),
        effects=EFFECTS,
        wish=_wish(frame),
        kinds=KINDS,
        by=STRATA,
        said=request.form,
        may_manage=actor.may("round.manage", found.project_id),
        problem=problem,
    )


def _names(codes: Sequence[str], villages: Iterable[VillageShare]) -> dict[str, str]:
    """What strata are called, by code: of communes these hold our id, of villages the public one.

    Villages elsewhere keep their ids.
    """
    parts = {code: code.removesuffix(LISTED).split("/") for code in codes}
    ids = {int(part) for inside in parts.values() for part in inside if part.isdigit()}
    known = {str(unit_id): name for unit_id, name in names_of(ids).items()}
    known |= {one.village.public_id or "": place(one.village) for one in villages}
    names = {}
    for code, inside in parts.items():
        name = " / ".join(known.get(part, part) for part in inside if part)
        apart = gettext("on the list that is drawn more often") if code.endswith(LISTED) else ""
        names[code] = ": ".join(filter(None, (name, apart))) or "–"
    return names


def _sizes(frame: int) -> list[tuple[int, list[int]]]:
    """By margin in points, how many households the usual design effects need."""
    if not frame:
        return []
    return [
        (points, [sample_size(points / 100, households=frame, deff=deff) for deff in EFFECTS])
        for points in MARGINS
    ]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a sample, in points and per cent, and the households that it needs."""

    said: Mapping[str, str]
    needed: int | None = None
    problem: Problem | None = None


def _wish(frame: int) -> Wish:
    """The numbers in the address, else the usual ones; no result where they make no sense."""
    said = {name: asked(name) or usual for name, usual in USUAL.items()}
    if not frame or not asked("margin"):
        return Wish(said)
    try:
        margin, share, deff, response = (_decimal(text) for text in said.values())
        needed = sample_size(
            margin / 100, households=frame, share=share / 100, deff=deff, response=response / 100
        )
    except BadRequest as problem:
        return Wish(said, problem=problem)
    return Wish(said, needed)


def _decimal(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}([.,][0-9]{1,6})?", text):
        raise BadRequest("Write numbers, such as 5 or 1,5.")
    return float(text.replace(",", "."))


def _whole(name: str, otherwise: int) -> int:
    text = posted(name)
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004
        raise BadRequest("Write whole numbers.")
    return int(text) if text else otherwise
