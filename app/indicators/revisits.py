"""What changed among households that were visited again between two days of one round."""

from collections.abc import Sequence
from datetime import date

from app.accounts.actors import Actor
from app.db import driver
from app.errors import BadRequest, NotAllowed
from app.forms.models import Form
from app.indicators import past
from app.indicators.estimation.paired import Pair, PairedChange, paired_change
from app.indicators.models import IndicatorVersion
from app.indicators.withhold import reads_interviews
from app.rounds.models import Round

VILLAGES = """
select distinct a.unit_id from org_unit_ancestors a
where a.ancestor_id = %(unit)s and a.valid_from <= %(on)s
  and (a.valid_to is null or a.valid_to >= %(on)s)
"""

# What each household's interview that counted says to the undivided indicator.
SAID = """
select c.household, c.submission_id, c.village_id, d.y, d.x
from past_counted c
join observations o using (instance_pk)
join indicator_domains i on i.indicator_id = %(indicator)s and i.breakdown = ''
cross join lateral unnest(o.domain_ids, o.n, o.y, o.x) as d (domain_id, n, y, x)
where c.form_id = %(form)s and c.outcome = 'complete' and c.village_id = any(%(villages)s)
  and d.domain_id = i.id and d.n > 0
"""

Said = dict[str, tuple[int, int, float, float]]  # submission, village, y, x


def revisited(
    actor: Actor,
    form: Form,
    indicator: IndicatorVersion,
    *,
    round_: Round,
    unit_id: int,
    since: date,
    until: date,
) -> PairedChange | None:
    """The change from one day to another among households that another interview stands for then.

    None where there is no such household. Only who may read interviews in the place gets it, and
    only of a household's form.
    """
    if not reads_interviews(actor, unit_id, round_.project_id):
        raise NotAllowed
    if form.kind != "household" or indicator.partner_id:
        raise BadRequest("Households are visited again; this indicator is not of a household form.")
    if since >= until:
        raise BadRequest("The first day lies before the last one.")
    past.check_day(until)
    rows = driver().execute(VILLAGES, {"unit": unit_id, "on": until})
    villages = [village_id for (village_id,) in rows]
    first, last = (_said(round_, indicator, villages, day) for day in (since, until))
    return paired_change(
        Pair(village, *first[household][2:], y, x)
        for household, (submission, village, y, x) in sorted(last.items())
        if household in first and first[household][0] != submission
    )


def _said(round_: Round, indicator: IndicatorVersion, villages: Sequence[int], day: date) -> Said:
    past.count(round_, villages, day)
    asked = {"indicator": indicator.id, "form": indicator.form_id, "villages": list(villages)}
    return {household: tuple(row) for household, *row in driver().execute(SAID, asked)}
