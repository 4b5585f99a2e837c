"""Gives figures out: freezes a state of a round, and decides what of it is withheld.

A release is made of the sums of villages. A village in which fewer households have changed than
the rule's threshold stays as it was in the release before, in its own figures and in all totals, so
that no difference between two releases is about a few people. What was given out never changes.
"""

from dataclasses import asdict

from app import audit
from app.accounts.actors import Actor
from app.clock import now
from app.db import db, driver
from app.errors import Conflict
from app.indicators.calibrated import calibrate_release, totals_for
from app.indicators.disclosure import Rule
from app.indicators.frozen_places import freeze_places
from app.indicators.hiding import families_of, forget
from app.indicators.readiness import readiness_of
from app.indicators.reading import COLUMNS
from app.indicators.release_models import FROZEN, OPEN_END, DisclosureRule, Release
from app.indicators.release_queries import OUT, newest_release, release_under_way, rule_of
from app.indicators.taking import INSTANCES, Taken, find_taken, mark
from app.rounds.models import Round

PROVISIONAL, FINAL = "provisional", "final"

OWED = "select exists (select from stale_villages where round_id = %s)"
PENDING = """
select exists (
    select from evaluations e join forms f on f.id = e.form_id
    where f.project_id = %s and e.state <> 'finished'
)
"""


def plan(
    round_: Round, actor: Actor, *, final: bool = False, reason: str | None = None
) -> Release | None:
    """Notes that the round's figures are to be given out; None when nothing would be different.

    Nobody reads it before they are frozen (`freeze`), it is known what of them is withheld, and
    they are given out (`give_out`).

    Raises `Conflict` while figures are still being summed up, for a final release while interviews
    wait or too few are in, without a reason after a final one, and while another one is being made.
    """
    # One after the other: who comes second finds that one is being made.
    driver().execute("select from rounds where id = %s for update", (round_.id,))
    drawn = draw_up(round_, actor, final=final, reason=reason)
    if drawn is None:
        return None
    made, _ = drawn
    made.total = steps_of(made)
    db.session.add(made)
    db.session.flush()
    return made


def draw_up(
    round_: Round, actor: Actor, *, final: bool, reason: str | None
) -> tuple[Release, Taken] | None:
    """A release that is still to be frozen, and what it would take over now, as `plan` says.

    It is not in the database, so that nobody waits for who only looks at it.
    """
    other = release_under_way(round_.id)
    if other is not None and other.state == "making":
        raise Conflict("A release of this round is being made. Wait until it is out.")
    if other is not None:
        raise Conflict("A release of this round was stopped. Let it go on, or take it back.")
    before = newest_release(round_.id)
    made = Release(
        round_id=round_.id,
        version=before.version + 1 if before else 1,
        status=FINAL if final else PROVISIONAL,
        reason=reason,
        released_by=actor.label,
        state="making",
        done=0,
    )
    taken = take_in(made, round_, before)
    return None if taken is None else (made, taken)


def take_in(made: Release, round_: Round, before: Release | None) -> Taken | None:
    """What a release takes over as things are now; None when nothing would be different.

    Notes in it the rule, the indicators, the totals and the villages of now. Raises `Conflict`.
    """
    rule = rule_of(round_.project_id)
    final = made.status == FINAL
    _check(round_, before, rule, final=final, reason=made.reason)
    indicators, totals = _in_force(round_.project_id), totals_for(round_.id)
    # There may be sums of indicators now that the last release did not have.
    anew = before is not None and before.indicators != indicators
    taken = find_taken(round_.id, before, rule, anew=anew)
    if before is not None and not (
        taken.villages or totals != before.totals or (final and before.status != FINAL)
    ):
        return None
    made.rule = {**asdict(rule), "sensitive": sorted(rule.sensitive)}
    made.indicators, made.totals, made.changes = indicators, totals, taken.changes
    return taken


def freeze(made: Release, round_: Round) -> None:
    """Keeps the round's figures as they are for a release that was planned.

    In a transaction that sees one moment, so that sums and the interviews behind them are of the
    same one. Raises `Conflict` where the figures cannot be given out any more.
    """
    taken = take_in(made, round_, newest_release(round_.id))
    if taken is None:
        raise Conflict("Nothing is different from the last release.")
    mark(taken.villages)
    _keep(made)
    look_at_frozen()
    made.released_at = now()
    made.done, made.total = FROZEN, steps_of(made)
    calibrate_release(made)
    freeze_places(made)


def steps_of(made: Release) -> int:
    """In how many steps it is made: it is frozen, and decided about each family of indicators."""
    return FROZEN + len(families_of(made))


def look_at_frozen() -> None:
    """Tells the planner of rows that have just been frozen, of which it knows nothing.

    It would read all of them again for each village: of a province's first release for minutes.
    """
    driver().execute("analyze released_bases, released_sums")


def begin_anew(made: Release) -> None:
    """Forgets what of a release was decided to be withheld; what is frozen stays."""
    driver().execute("delete from hidden_figures where release_id = %s", (made.id,))
    made.done, made.total = FROZEN, steps_of(made)


def give_out(made: Release) -> None:
    """Lets everybody read a release, of which it is known by now what is withheld."""
    made.state, made.done = OUT, made.total
    forget()
    audit.record(
        made.released_by,
        "figures.released",
        f"round:{made.round_id}",
        version=made.version,
        status=made.status,
    )


def take_back(made: Release) -> None:
    """Undoes a release that nobody has read yet."""
    assert made.state != OUT
    asked = {"round": made.round_id, "version": made.version, "open": OPEN_END}
    for what in ("bases", "sums"):
        driver().execute(
            f"delete from released_{what} where (round_id, since) = (%(round)s, %(version)s)",  # noqa: S608
            asked,
        )
        driver().execute(
            f"update released_{what} set until = %(open)s"  # noqa: S608
            " where (round_id, until) = (%(round)s, %(version)s)",
            asked,
        )
    for what in ("hidden_figures", "calibrated_figures", "released_places"):
        driver().execute(f"delete from {what} where release_id = %s", (made.id,))  # noqa: S608
    db.session.delete(made)
    db.session.flush()


def set_rule(project_id: int, rule: Rule, actor: Actor) -> None:
    """What the project withholds from its next release on."""
    said = {**asdict(rule), "sensitive": sorted(rule.sensitive)}
    db.session.merge(DisclosureRule(project_id=project_id, rule=said))
    audit.record(actor.label, "disclosure.set", f"project:{project_id}", **said)


def is_owed(round_id: int) -> bool:
    """Whether villages of a round are to be summed up."""
    return driver().execute(OWED, (round_id,)).fetchone() == (True,)


def _check(
    round_: Round, before: Release | None, rule: Rule, *, final: bool, reason: str | None
) -> None:
    """Raises `Conflict` where the round's figures cannot be given out now, after the last ones."""
    if is_owed(round_.id):
        raise Conflict("Figures are being summed up; try again in a minute.")
    if driver().execute(PENDING, (round_.project_id,)).fetchone() == (True,):
        raise Conflict("Interviews are being evaluated with new indicators; wait until all are.")
    if before is not None and before.status == FINAL and not reason:
        raise Conflict("The final figures are out. Say why they are given out again.")
    hindrance = readiness_of(round_, decided=False).hindrance(rule) if final else None
    if hindrance is not None:
        raise hindrance


def _in_force(project_id: int) -> list[int]:
    rows = driver().execute(
        "select id from indicator_versions where project_id = %s and in_force order by id",
        (project_id,),
    )
    return [row[0] for row in rows]


def _keep(made: Release) -> None:
    asked = {"round": made.round_id, "since": made.version, "open": OPEN_END}
    for what, more, value in (("bases", ", instances", f", {INSTANCES}"), ("sums", "", "")):
        names = COLUMNS[what]
        driver().execute(
            f"update released_{what} set until = %(since)s"  # noqa: S608
            " where round_id = %(round)s and until = %(open)s and village_id in"
            " (select village_id from taken_villages)",
            asked,
        )
        driver().execute(
            f"insert into released_{what} ({names}, since{more})"  # noqa: S608
            f" select {names}, %(since)s{value} from village_{what} v"
            " where round_id = %(round)s and village_id in (select village_id from taken_villages)",
            asked,
        )
