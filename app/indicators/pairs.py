"""What two interviews about one household or person say together, for indicators of both forms.

An interview's partner is the one of the other form that counts for the same household, or person,
in the same round and village. What two instances say never changes, so that it is kept by both of
them (`pair_observations`) and worked out once, when a village is summed up; whether they count is
asked anew each time. So it does not matter which of them came, or was approved, first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from app.db import db, driver
from app.forms.models import Form, FormVersion
from app.forms.queries import current_definition, definition_of
from app.indicators.models import IndicatorVersion
from app.indicators.observe import MEASURES, Said, arrays, by_domain, indicators_of
from app.indicators.partners import BY_HOUSEHOLD, PairEvaluator
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.instance import parse_instance

BATCH = 500

JOINS = """
select v.form_id, v.partner_id, p.kind, array_agg(v.id order by v.code)
from indicator_versions v join forms p on p.id = v.partner_id
where v.in_force group by v.form_id, v.partner_id, p.kind order by 1, 2
"""

# The partner of an interview that counts; `{of}` has the columns of `counted_interviews`.
PARTNER = """
{counted} p on (p.round_id, p.form_id, p.subject) = ({of}.round_id, {partner}, {of}.{key})
     and p.village_id = {of}.village_id and p.outcome = 'complete'
"""

NEW = """
select c.instance_pk, p.instance_pk, n.form_version_id, t.form_version_id, i.interviewed_on,
       n.xml, t.xml
from unnest(%s::int[], %s::int[]) as owed (round_id, village_id)
join {counted} c on c.round_id = owed.round_id and c.village_id = owed.village_id
     and c.form_id = {form} and c.outcome = 'complete'
join {having_partner}
join interviews i on i.instance_pk = c.instance_pk
join instances n on n.id = c.instance_pk
join instances t on t.id = p.instance_pk
where not exists (
    select from pair_observations o
    where (o.instance_pk, o.partner_pk) = (c.instance_pk, p.instance_pk)
)
order by 1, 2 limit {limit}
"""
KEEP = f"""
insert into pair_observations (instance_pk, partner_pk, is_one, domain_ids, {", ".join(MEASURES)})
values (%s, %s, %s{", %s" * (1 + len(MEASURES))})
on conflict do nothing
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Join:
    """Indicators in force of one form that join another one."""

    form_id: int
    partner_id: int
    kind: str  # of the other form
    indicator_ids: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The column that says under which subject the partner counts."""
        return "household" if self.kind in BY_HOUSEHOLD else "subject"

    def partner_of(self, name: str, counted: str = "counted_interviews") -> str:
        """The table `p`, and on what it is joined to an interview that counts."""
        return PARTNER.format(counted=counted, of=name, partner=self.partner_id, key=self.key)


class Pair(NamedTuple):
    """Two interviews about the same: their instances and form versions, the day of the first."""

    instance_pk: int
    partner_pk: int
    form_version_id: int
    partner_version_id: int
    day: date
    xml: bytes
    partner_xml: bytes


def joins_in_force() -> list[Join]:
    """Which forms' indicators join which others."""
    found = driver().execute(JOINS).fetchall()
    return [Join(form, partner, kind, tuple(ids)) for form, partner, kind, ids in found]


def partner_of(version: IndicatorVersion) -> Join | None:
    """What an indicator joins, if it does."""
    if version.partner_id is None:
        return None
    kind = db.session.get_one(Form, version.partner_id).kind
    return Join(version.form_id, version.partner_id, kind, (version.id,))


def observe_pairs(join: Join, owed: Sequence[Sequence[int]], tables: Mapping[str, str]) -> None:
    """Keeps what pairs say that count in these villages and were not looked at before."""
    statement = NEW.format(
        counted=tables["counted"],
        form=join.form_id,
        having_partner=join.partner_of("c", tables["counted"]),
        limit=BATCH,
    )
    while pairs := [Pair(*row) for row in driver().execute(statement, owed)]:
        heard = [_hear(pair, join) for pair in pairs]
        found = arrays([said or [] for said in heard])
        rows = [
            [*pair[:2], said is not None, *values]
            for pair, said, values in zip(pairs, heard, found, strict=True)
        ]
        with driver().cursor() as cursor:
            cursor.executemany(KEEP, rows)


def _hear(pair: Pair, join: Join) -> Said | None:
    """What two interviews say together; None when they are about different people."""
    evaluator = pair_evaluator(pair.form_version_id, pair.partner_version_id, join.indicator_ids)
    cells = evaluator.evaluate(
        parse_instance(pair.xml).root,
        parse_instance(pair.partner_xml).root,
        interview_date=pair.day.isoformat(),
    )
    return None if cells is None else by_domain(cells, join.indicator_ids)


@lru_cache(maxsize=64)
def pair_evaluator(
    form_version_id: int, partner_version_id: int, indicator_ids: tuple[int, ...]
) -> PairEvaluator:
    """The indicators, ready for interviews of two form versions.

    Older versions may lack a question, or not say who the person is; their interviews are then read
    by the current versions' schemas.
    """
    indicators = indicators_of(indicator_ids)
    versions = (form_version_id, partner_version_id)
    try:
        return PairEvaluator(indicators, *map(definition_of, versions))
    except (ExpressionError, ValueError):
        forms = [db.session.get_one(FormVersion, version).form_id for version in versions]
        return PairEvaluator(indicators, *map(current_definition, forms))
