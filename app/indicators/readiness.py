"""How far a round is: what share of its households is counted, and of its interviews decided."""

from dataclasses import dataclass

from app.accounts.actors import OPERATOR, Actor
from app.accounts.scope import holds_whole, reach
from app.db import driver
from app.errors import Conflict
from app.indicators.disclosure import Rule
from app.rounds.models import Round

READ = "submission.read"

# Of a sample the rows of its parts, about who was drawn; else a village's row for the form.
COUNTED = """
select coalesce(sum(b.waiting), 0)::int,
       coalesce(sum(least(b.n - b.substitutes, b.frame)) filter (where b.is_asked), 0)::int,
       coalesce(sum(b.frame - b.ineligible) filter (where b.is_asked), 0)::int
from (
    select b.*, (b.stratum <> '') = (s.id is not null) as is_asked
    from village_bases b
    join forms f on f.id = b.form_id and f.kind = 'household'
    left join samples s on s.round_id = b.round_id and s.kind <> 'census'
    where b.round_id = %(round)s and b.partner_id = 0 {and_within}
) b
"""
DECIDED = """
select count(*) filter (where s.state in ('approved', 'edited'))::int,
       count(*) filter (where s.state = 'rejected')::int,
       count(*)::int
from submissions s join interviews i on i.instance_pk = s.current_pk
where i.round_id = %(round)s {and_within}
"""
AND_WITHIN = """and {column} in (
    select unit_id from org_unit_ancestors where ancestor_id = any(%(reached)s)
    and valid_from <= %(today)s and (valid_to is null or valid_to >= %(today)s)
)"""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Households that count and those that should; interviews approved, rejected, waiting."""

    counted: int
    expected: int
    waiting: int
    approved: int
    rejected: int
    interviews: int

    @property
    def coverage(self) -> float | None:
        """Counted households as a share of those that should be."""
        return self.counted / self.expected if self.expected else None

    @property
    def approved_share(self) -> float | None:
        """Approved interviews as a share of all."""
        return self.approved / self.interviews if self.interviews else None

    @property
    def rejected_share(self) -> float | None:
        """Rejected interviews as a share of all; final figures say it."""
        return self.rejected / self.interviews if self.interviews else None

    def hindrance(self, rule: Rule) -> Conflict | None:
        """Why figures cannot be final yet."""
        if self.waiting:
            return Conflict(
                "%(waiting)s interviews wait for a decision. Decide them before the final figures.",
                waiting=self.waiting,
            )
        if self.counted < rule.final_coverage * self.expected:
            return Conflict(
                "Only %(counted)s of %(frame)s households are counted, too few for final figures.",
                counted=self.counted,
                frame=self.expected,
            )
        return None


def readiness_of(round_: Round, actor: Actor = OPERATOR, *, decided: bool = True) -> Readiness:
    """How far a round is now, in the places whose interviews somebody may read.

    What was `decided` is counted interview by interview, of a large round for a second; without it
    there is the rest, which is all that final figures hang on.
    """
    asked = {"round": round_.id} | reach(actor, READ, round_.project_id)
    condition = "" if holds_whole(actor, READ, round_.project_id) else AND_WITHIN

    def count(statement: str, column: str) -> tuple[int, int, int]:
        within = statement.format(and_within=condition.format(column=column))
        return driver().execute(within, asked).fetchone() or (0, 0, 0)

    waiting, counted, expected = count(COUNTED, "b.village_id")
    return Readiness(
        counted, expected, waiting, *(count(DECIDED, "s.unit_id") if decided else (0, 0, 0))
    )
