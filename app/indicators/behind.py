"""The interviews behind a figure: which count, with how much, and why the others do not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.clock import PROGRAMME_ZONE, today
from app.db import driver
from app.indicators.factors import Weight
from app.indicators.pairs import Join
from app.indicators.weighing import adults_of, drawn_of

COUNTED, MISSING = "counted", "missing"
# What an interview is to a figure; texts are shown in the reader's language.
REASONS = {
    COUNTED: "counted",
    MISSING: "without an answer that decides",
    "outside": "not whom the indicator is about",
    "other_group": "in another group",
    "refused": "refused",
    "ineligible": "not a household of this survey",
    "unresolved": "not reached yet",
    "encrypted": "encrypted",
    "no_household": "waits for the interview of its household, which gives the weight",
    "no_partner": "without the other form, of which the indicator needs answers as well",
    "other_person": "the other form is about somebody of another sex or year of birth",
    "not_drawn": "of a household that is not in the sample",
    "held": "waits for review",
    "second": "waits for review; another one about the same counts already",
    "rejected": "rejected",
    "expired": "too old: its time in the round is over",
    "late": "received after the round was frozen",
    "duplicate": "another one about the same household or person, or village and quarter, counts",
    "moved": "its newest version is about another place or household",
    "not_then": "did not count when the figure was given out",
}
SORTS = {
    "place": "sort_key, village_id, household, person_no, submission_id",
    "date": "interviewed_on desc, submission_id desc",
    "worth": "y desc nulls last, submission_id",
    "reason": "reason, sort_key, household, submission_id",
}

# Of a submission, the version that counts, else the newest. What counts in the place is found by
# what counts; what does not, by where it is filed.
BEHIND = f"""
with {{then}} territory as (
    select unit_id from org_unit_ancestors
    where ancestor_id = %(unit)s
      and valid_from <= %(on)s and (valid_to is null or valid_to >= %(on)s)
), counting as (
    select c.* from territory t
    join {{counted}} c on c.village_id = t.unit_id
         and c.round_id = %(round)s and c.form_id = %(form)s
), candidates as (
    select submission_id as id, instance_pk as pk from counting
    union
    select s.id, coalesce(s.approved_pk, s.current_pk) from territory t
    join submissions s on s.unit_id = t.unit_id and s.form_id = %(form)s
    where not exists (select from counting c where c.submission_id = s.id)
), behind as (
    select s.id as submission_id, i.instance_pk, i.village_id, v.sort_key,
           i.household, i.person_no, i.interviewed_on, n.form_version_id, w.adults,
           d.part, d.replaces,
           case when c.submission_id <> s.id and c.village_id in (select unit_id from territory)
                then c.submission_id end as instead_id,
           other.submission_id as partner_id, other.instance_pk as partner_pk,
           o.n[at.own] as n, o.y[at.own] as y, o.x[at.own] as x,
           o.dont_know[at.own] as dont_know, o.refused[at.own] as refused,
           o.blank[at.own] as blank, o.irrelevant[at.own] as irrelevant,
           case
           when c.submission_id = s.id and c.instance_pk = i.instance_pk then
               case when i.outcome <> 'complete' then i.outcome
                    when p.id is not null and d.part is null then 'not_drawn'
                    when w.adults is null then 'no_household'
                    when %(partner)s::int is not null and other.instance_pk is null
                    then 'no_partner'
                    when not other.is_one then 'other_person'
                    when at.own is null and at.whole is null then 'outside'
                    when at.own is null then 'other_group'
                    when o.n[at.own] > 0 then 'counted'
                    else 'missing' end
           when s.state = 'rejected' then 'rejected'
           when s.approved_pk is null then
               case when c.submission_id is null then 'held' else 'second' end
           when %(release)s::int is not null then 'not_then'
           when r.valid_for is not null and
                i.interviewed_on + make_interval(months => r.valid_for) <= %(today)s then 'expired'
           when r.frozen_on is not null and
                (s.received_at at time zone '{PROGRAMME_ZONE.key}')::date > r.frozen_on then 'late'
           when c.submission_id is not null then 'duplicate'
           else 'moved' end as reason
    from candidates k
    join submissions s on s.id = k.id
    join interviews i on i.instance_pk = k.pk and i.round_id = %(round)s
    join forms f on f.id = i.form_id
    join instances n on n.id = i.instance_pk
    join rounds r on r.id = i.round_id
    join org_units v on v.id = i.village_id
    left join {{counted}} c on (c.round_id, c.form_id, c.subject)
                                    = (i.round_id, i.form_id, i.subject)
    {{other}}
    left join {{observations}}
    {drawn_of("i")}
    cross join lateral (
        select array_position(o.domain_ids, %(domain)s) as own,
               array_position(o.domain_ids, %(whole)s) as whole
    ) at
    cross join lateral (
        select case when %(person)s then ({adults_of("i", "{counted}")}) else 1 end as adults
    ) w
)
"""  # noqa: S608 - put together from constants

# What counts now, or what a release was made of.
NOW = {"then": "", "counted": "counted_interviews"}
RELEASED = {
    "then": """
counted_then as materialized (
    select b.round_id, b.form_id, i.subject, i.submission_id, i.instance_pk, b.village_id,
           i.household, i.outcome
    from org_unit_ancestors a
    join released_bases b on b.round_id = %(round)s and b.village_id = a.unit_id
         and b.since <= %(release)s and b.until > %(release)s
         and b.stratum = '' and b.partner_id = 0
    cross join lateral unnest(b.instances) as taken (instance_pk)
    join interviews i on i.instance_pk = taken.instance_pk
    where a.ancestor_id = %(unit)s
      and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
),""",
    "counted": "counted_then",
}

ALONE = {
    "other": "cross join (select null::bigint as submission_id, null::bigint as instance_pk,"
    " null::bool as is_one) other",
    "observations": "observations o on o.instance_pk = i.instance_pk",
}
TOGETHER = """
left join lateral (
    select p.submission_id, p.instance_pk, o.is_one
    from (select) one join {partner}
    left join pair_observations o on (o.instance_pk, o.partner_pk)
                                   = (c.instance_pk, p.instance_pk)
) other on true
"""
OF_PAIR = """
pair_observations o on (o.instance_pk, o.partner_pk) = (i.instance_pk, other.instance_pk)
"""

COUNT = (
    BEHIND
    + """
select b.reason, v.version, count(*) from behind b
join form_versions v on v.id = b.form_version_id
group by b.reason, v.version
"""
)
LIST = (
    BEHIND
    + """
select submission_id, instance_pk, village_id, household, person_no, interviewed_on, reason,
       adults, part, replaces, instead_id, partner_id, partner_pk, n, y, x,
       dont_know, refused, blank, irrelevant
from behind
where %(reason)s::text is null or reason = %(reason)s
"""
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is behind which figure: ids of a place, a round, a form, and of indicator domains."""

    unit: int
    on: date
    round: int
    form: int
    partner: Join | None  # where the indicator joins another form
    person: bool  # a form about one adult of a household
    whole: int | None  # the indicator as a whole; None while nobody has an answer
    domain: int | None  # the figure: the same, or one group of a breakdown
    release: int | None  # the number of the release whose figure it is; None: as it is now

    def asked(self) -> dict[str, Any]:
        """The parameters of the statements."""
        names = ("unit", "on", "round", "form", "person", "whole", "domain", "release")
        own = {name: getattr(self, name) for name in names}
        partner = self.partner and self.partner.partner_id
        return {**own, "partner": partner, "today": today()}

    def asks(self, statement: str) -> str:
        """A statement about what interviews say by themselves, or together with their partner."""
        when = NOW if self.release is None else RELEASED
        if self.partner is None:
            return statement.format(**when, **ALONE)
        other = TOGETHER.format(partner=self.partner.partner_of("c", when["counted"]))
        return statement.format(**when, other=other, observations=OF_PAIR)


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview and what it says: y and x of its n rows; those that count have a weight."""

    submission_id: int
    instance_pk: int
    village_id: int
    household: str | None
    person_no: int | None
    interviewed_on: date
    reason: str
    adults: int | None  # whom the one asked stands for; 1 where everybody was
    part: str | None  # of the sample
    replaces: str | None  # the drawn household that it stands in for
    instead_id: int | None  # the submission that counts for the same household, person or village
    partner_id: int | None  # the submission of the other form, where the indicator joins one
    partner_pk: int | None
    n: int | None
    y: float | None
    x: float | None
    dont_know: int | None
    refused: int | None
    blank: int | None
    irrelevant: int | None
    weight: Weight | None = None

    @property
    def adds(self) -> tuple[float, float] | None:
        """What it adds to the numerator and the denominator of the figure; None: nothing."""
        return self.weight.times(self.y, self.x) if self.weight and self.n else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many interviews there are by reason, and by form version those that are looked at."""

    reasons: dict[str, int]
    versions: dict[str, int]


def tally(question: Question) -> Tally:
    """Counts the interviews behind a figure, and those that are not, by reason."""
    reasons: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    for reason, version, number in driver().execute(question.asks(COUNT), question.asked()):
        reasons[reason] += number
        if reason in {COUNTED, MISSING}:
            versions[version] += number
    return Tally({reason: reasons[reason] for reason in REASONS if reasons[reason]}, dict(versions))


def list_behind(
    question: Question, reason: str | None = None, *, sort: str = "place", start: int, limit: int
) -> list[Interview]:
    """Some of these interviews, all or those with one reason, in one of the SORTS."""
    statement = f"{question.asks(LIST)} order by {SORTS[sort]} limit %(limit)s offset %(start)s"
    asked = question.asked() | {"reason": reason, "limit": limit, "start": start}
    return [Interview(*row) for row in driver().execute(statement, asked)]


def answers_behind(
    instance_pks: Iterable[int], keys: Iterable[str], row_keys: dict[str, list[str]]
) -> dict[int, dict[str, list[Any]]]:
    """By interview and key, the answers that are not personal; of members one after the other.

    `row_keys` are the keys asked in the rows of each repeat, by its path.
    """
    pks, found = list(instance_pks), {}
    for pk, answers in driver().execute(ANSWERS, (pks,)):
        found[pk] = {key: [answers[key]] for key in keys if key in answers}
    for pk, repeat, answers in driver().execute(ROWS, (pks, list(row_keys))):
        for key in row_keys[repeat]:
            found[pk].setdefault(key, []).append(answers.get(key))
    return found


ANSWERS = "select instance_pk, answers from interviews where instance_pk = any(%s)"
ROWS = """
select instance_pk, repeat, answers from interview_rows
where instance_pk = any(%s) and repeat = any(%s)
order by instance_pk, repeat, string_to_array(position, '.')::int[]
"""
