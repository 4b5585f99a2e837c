"""Draws the sample of a round and keeps it; lets reserves stand in."""

import secrets
from collections.abc import Collection

from sqlalchemy import insert, select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import db, driver
from app.errors import BadRequest, Conflict, NotFound
from app.rounds.models import Round
from app.samples.design import Design, Sample, fingerprint
from app.samples.draw import draw
from app.samples.frame import POOR, read_frame
from app.samples.models import (
    RoundSample,
    SampleHousehold,
    SamplePart,
    SampleStratum,
    SampleVillage,
)
from app.samples.queries import find_sample, get_sample

LONGEST_SEED = 100


def draw_sample(
    found: Round,
    design: Design,
    seed: str | None = None,
    *,
    actor: Actor,
    poor: Collection[str] = POOR,
    codes: Collection[str] = (),
) -> RoundSample:
    """Draws a round's sample from the registry as it is now; strata are frozen with it.

    Without a seed one is made; it is kept either way. `Conflict` when the round has a sample.
    """
    require_whole(actor, "round.manage", found.project_id)
    if find_sample(found.id) is not None:
        raise Conflict("The round has a sample already. Discard it before you draw another one.")
    seed = seed or secrets.token_hex(8)
    if not (seed.isprintable() and len(seed) <= LONGEST_SEED):
        raise BadRequest("A seed has up to 100 letters, digits and signs.")
    frame, villages = read_frame(found, poor=poor, codes=codes)
    drawn = draw(frame, design, seed)
    kept = RoundSample(
        round_id=found.id,
        kind=design.kind,
        settings=design.settings() | {"poor": sorted(poor), "codes": sorted(codes)},
        seed=seed,
        frame_sha256=fingerprint(frame),
        frame=len(frame),
        drawn=len(drawn.drawn),
        drawn_by=actor.label,
    )
    db.session.add(kept)
    db.session.flush()
    _write(kept.id, drawn, villages)
    found.design = "census" if design.kind == "census" else "sample"
    audit.record(
        actor.label, "sample.drawn", f"round:{found.id}", seed=seed, frame=kept.frame_sha256
    )
    return kept


def discard_sample(found: Round, *, actor: Actor) -> None:
    """Takes a sample back, as long as nobody was visited for it."""
    require_whole(actor, "round.manage", found.project_id)
    sample = get_sample(found.id)
    used = driver().execute(
        "select from interviews i join sample_households h on h.household = i.household"
        " where i.round_id = %s and h.sample_id = %s limit 1",
        (found.id, sample.id),
    )
    if used.fetchone() is not None:
        raise Conflict("Interviews about this sample have come in, so it stays as it is.")
    db.session.delete(sample)
    found.design = "census"
    db.session.flush()
    audit.record(actor.label, "sample.discarded", f"round:{found.id}", seed=sample.seed)


def substitute(found: Round, household: str, reason: str, *, actor: Actor) -> SampleHousehold:
    """Lets the next reserve stand in for a drawn household, which stays nonresponse.

    Reserves of the same village come first (in two stages there are no others), then those of the
    stratum. `Conflict` when there is none left, or the household was interviewed.
    """
    require_whole(actor, "round.manage", found.project_id)
    if not reason.strip():
        raise BadRequest("Write why the household is replaced.")
    sample = get_sample(found.id)
    replaced = db.session.get(SampleHousehold, (sample.id, household))
    if replaced is None or replaced.role == "reserve":
        raise NotFound("This household is not in the sample.")
    _check_replaceable(found, sample, household)
    waiting = select(SampleHousehold).where(
        SampleHousehold.sample_id == sample.id,
        SampleHousehold.role == "reserve",
        SampleHousehold.part == replaced.part,
    )
    nearest = (SampleHousehold.village_id != replaced.village_id, SampleHousehold.place)
    reserve = db.session.scalar(waiting.order_by(*nearest).limit(1).with_for_update())
    if reserve is None:
        raise Conflict("There is no reserve left for this household.")
    reserve.role, reserve.replaces = "substitute", household
    db.session.flush()
    audit.record(
        actor.label,
        "sample.substituted",
        f"round:{found.id}",
        household=household,
        by=reserve.household,
        reason=reason.strip(),
    )
    return reserve


def _check_replaceable(found: Round, sample: RoundSample, household: str) -> None:
    standing_in = select(SampleHousehold.household).where(
        SampleHousehold.sample_id == sample.id, SampleHousehold.replaces == household
    )
    if db.session.scalar(standing_in):
        raise Conflict("Another household stands in for this one already.")
    interviewed = driver().execute(
        "select from counted_interviews where round_id = %s and household = %s"
        " and outcome = 'complete' limit 1",
        (found.id, household),
    )
    if interviewed.fetchone() is not None:
        raise Conflict("This household was interviewed, so nobody stands in for it.")


def _write(sample_id: int, drawn: Sample, villages: dict[str, int]) -> None:
    strata = [
        {"sample_id": sample_id, "code": s.code, "psu": s.psu, "frame": s.frame,
         "drawn": s.drawn, "households": s.households}
        for s in drawn.strata
    ]  # fmt: skip
    places = [
        {"sample_id": sample_id, "village_id": villages[v.code], "stratum": v.stratum,
         "frame": v.frame, "drawn": v.drawn, "probability": float(v.probability)}
        for v in drawn.villages
    ]  # fmt: skip
    parts = [
        {"sample_id": sample_id, "code": p.code, "stratum": p.stratum,
         "village_id": p.village and villages[p.village], "frame": p.frame, "drawn": p.drawn,
         "probability": float(p.probability), "chance": float(p.chance)}
        for p in drawn.parts
    ]  # fmt: skip
    households = [
        {"sample_id": sample_id, "household": h.code, "village_id": villages[h.village],
         "stratum": h.stratum, "part": h.part, "probability": float(h.probability),
         "place": h.place, "role": "reserve" if h.is_reserve else "drawn"}
        for h in drawn.households
    ]  # fmt: skip
    for table, rows in (
        (SampleStratum, strata), (SampleVillage, places), (SamplePart, parts),
    ):  # fmt: skip
        db.session.execute(insert(table), rows)
    db.session.execute(insert(SampleHousehold), households)
