"""Gives figures out: freezes a state of a round, and decides what of it is withheld.

A release is made of the sums of villages. A village in which fewer households have changed than
the rule's threshold stays as it was in the release before, in its own figures and in all totals, so
that no difference between two releases is about a few people. What was given out never changes.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from app import audit
from app.accounts.actors import Actor
from app.db import db, driver
from app.errors import Conflict
from app.indicators.calibrated import calibrate_release, totals_for
from app.indicators.disclosure import Rule
from app.indicators.hiding import families_of, hide
from app.indicators.readiness import readiness_of
from app.indicators.release_queries import OUT, newest_release, release_under_way, rule_of
from app.indicators.sum_models import OPEN_END, DisclosureRule, Release, VillageBase, VillageSum
from app.rounds.models import Round

PROVISIONAL, FINAL = "provisional", "final"

# By village, the households whose counted interviews are others than in the last release, and how
# many of these interviews are new and gone.
CHANGED = f"""
with counted as (
    select village_id, instance_pk from counted_interviews where round_id = %(round)s
), given_out as (
    select village_id, unnest(instances) as instance_pk from released_bases
    where round_id = %(round)s and until = {OPEN_END} and partner_id = 0
), different as (
    select coalesce(c.village_id, g.village_id) as village_id, instance_pk,
           c.village_id is not null as is_new
    from counted c full join given_out g using (village_id, instance_pk)
    where c.village_id is null or g.village_id is null
)
select d.village_id,
       count(distinct coalesce(i.household, i.subject, d.instance_pk::text))::int,
       (count(*) filter (where is_new))::int, (count(*) filter (where not is_new))::int
from different d left join interviews i on i.instance_pk = d.instance_pk
group by d.village_id
"""  # noqa: S608 - put together from constants

VILLAGES = f"""
select b.village_id, bool_or(r.village_id is null) from village_bases b
left join released_bases r on (r.round_id, r.village_id) = (b.round_id, b.village_id)
     and r.until = {OPEN_END}
where b.round_id = %(round)s group by b.village_id
"""  # noqa: S608

OWED = "select exists (select from stale_villages where round_id = %s)"
PENDING = """
select exists (
    select from evaluations e join forms f on f.id = e.form_id
    where f.project_id = %s and e.state <> 'finished'
)
"""


def release(
    round_: Round, actor: Actor, *, final: bool = False, reason: str | None = None
) -> Release | None:
    """A new release of the round's figures, at once; as for `freeze`, which says what is refused.

    Of a large province this takes long: see `giving_out.py`.
    """
    made = freeze(round_, actor, final=final, reason=reason)
    if made is not None:
        for family in families_of(made):
            hide(made, round_, family)
        give_out(made)
    return made


def freeze(
    round_: Round, actor: Actor, *, final: bool = False, reason: str | None = None
) -> Release | None:
    """The round's figures as they are, for a release; None when nothing is different from the last.

    Nobody reads it before it is known what of it is withheld, and it is given out (`give_out`).

    Raises `Conflict` while figures are still being summed up, for a final release while interviews
    wait or too few are in, without a reason after a final one, and while another one is being made.
    """
    # Nobody else releases the round, and nothing is summed up, until this transaction ends.
    driver().execute("select from rounds where id = %s for update", (round_.id,))
    driver().execute("lock table village_sums, village_bases in share mode")
    before = newest_release(round_.id)
    rule = rule_of(round_.project_id)
    check(round_, before, rule, final=final, reason=reason)
    changed = _changed(round_.id)
    taken = _taken(round_.id, changed, rule, anew=_is_anew(round_, before))
    totals = totals_for(round_.id)
    if before is not None and not (
        taken or totals != before.totals or (final and before.status != FINAL)
    ):
        return None
    made = Release(
        round_id=round_.id,
        version=before.version + 1 if before else 1,
        status=FINAL if final else PROVISIONAL,
        reason=reason,
        rule={**asdict(rule), "sensitive": sorted(rule.sensitive)},
        indicators=_in_force(round_.project_id),
        totals=totals,
        changes={str(v): list(changed[v]) for v in taken if v in changed and before},
        released_by=actor.label,
        state="making",
    )
    db.session.add(made)
    db.session.flush()
    _freeze(made, taken)
    calibrate_release(made)
    made.total = len(families_of(made))
    return made


def look_at_frozen() -> None:
    """Tells the planner of rows that have just been frozen, of which it knows nothing.

    It would read all of them again for each village: of a province's first release for minutes.
    """
    driver().execute("analyze released_bases, released_sums")


def begin_anew(made: Release) -> None:
    """Forgets what of a release was decided to be withheld; what is frozen stays."""
    driver().execute("delete from hidden_figures where release_id = %s", (made.id,))
    made.done, made.total = 0, len(families_of(made))


def give_out(made: Release) -> None:
    """Lets everybody read a release, of which it is known by now what is withheld."""
    made.state, made.done = OUT, made.total
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
    for what in ("hidden_figures", "calibrated_figures"):
        driver().execute(f"delete from {what} where release_id = %s", (made.id,))  # noqa: S608
    db.session.delete(made)
    db.session.flush()


def set_rule(project_id: int, rule: Rule, actor: Actor) -> None:
    """What the project withholds from its next release on."""
    said = {**asdict(rule), "sensitive": sorted(rule.sensitive)}
    db.session.merge(DisclosureRule(project_id=project_id, rule=said))
    audit.record(actor.label, "disclosure.set", f"project:{project_id}", **said)


def check(
    round_: Round, before: Release | None, rule: Rule, *, final: bool, reason: str | None
) -> None:
    """Raises `Conflict` where the round's figures cannot be given out now, after the last ones."""
    if release_under_way(round_.id) is not None:
        raise Conflict("A release of this round is being made. Wait until it is out.")
    if driver().execute(OWED, (round_.id,)).fetchone() == (True,):
        raise Conflict("Figures are being summed up; try again in a minute.")
    if driver().execute(PENDING, (round_.project_id,)).fetchone() == (True,):
        raise Conflict("Interviews are being evaluated with new indicators; wait until all are.")
    if before is not None and before.status == FINAL and not reason:
        raise Conflict("The final figures are out. Say why they are given out again.")
    hindrance = readiness_of(round_.id).hindrance(rule) if final else None
    if hindrance is not None:
        raise hindrance


def _changed(round_id: int) -> dict[int, tuple[int, int, int]]:
    """By village: households added, removed, replaced."""
    found = {}
    for village_id, households, new, gone in driver().execute(CHANGED, {"round": round_id}):
        replaced = max(new + gone - households, 0)
        found[village_id] = (new - replaced, gone - replaced, replaced)
    return found


def _taken(
    round_id: int, changed: dict[int, tuple[int, int, int]], rule: Rule, *, anew: bool
) -> list[int]:
    """Villages whose state is taken over from now; the others stay as they were given out."""
    taken = []
    for village_id, is_unknown in driver().execute(VILLAGES, {"round": round_id}):
        different = sum(changed.get(village_id, (0,)))
        if is_unknown or different >= rule.threshold or (anew and not different):
            taken.append(village_id)
    return taken


def _is_anew(round_: Round, before: Release | None) -> bool:
    """Whether there are sums of indicators now that the last release did not have."""
    return before is not None and before.indicators != _in_force(round_.project_id)


def _in_force(project_id: int) -> list[int]:
    rows = driver().execute(
        "select id from indicator_versions where project_id = %s and in_force order by id",
        (project_id,),
    )
    return [row[0] for row in rows]


# A row about pairs has the interviews of both forms.
INSTANCES = """
coalesce((select array_agg(c.instance_pk order by c.instance_pk) from counted_interviews c
          where (c.round_id, c.village_id) = (v.round_id, v.village_id)
            and c.form_id in (v.form_id, v.partner_id)),
         '{}')
"""


def _freeze(made: Release, taken: list[int]) -> None:
    asked = {
        "round": made.round_id, "villages": taken, "since": made.version, "open": OPEN_END,
    }  # fmt: skip
    for what, names, more, value in (
        ("bases", _columns(VillageBase), ", instances", f", {INSTANCES}"),
        ("sums", _columns(VillageSum), "", ""),
    ):
        driver().execute(
            f"update released_{what} set until = %(since)s"  # noqa: S608
            " where round_id = %(round)s and village_id = any(%(villages)s) and until = %(open)s",
            asked,
        )
        driver().execute(
            f"insert into released_{what} ({names}, since{more})"  # noqa: S608
            f" select {names}, %(since)s{value} from village_{what} v"
            " where round_id = %(round)s and village_id = any(%(villages)s)",
            asked,
        )


def _columns(model: Any) -> str:
    names: Iterable[str] = (column.name for column in model.__table__.columns)
    return ", ".join(names)
