"""PURE. What an interview weighs, as pieces of SQL, for sums and for what is behind them alike.

Both speak of the columns `round_id`, `village_id` and `household` under the name given; a query
that joins `DRAWN` calls the interview's form `f`.
"""

# One adult stands for all adults of the household: the number comes from the household interview
# that counts, never from what was typed into the person form; without it the person waits, and so
# does one who is said to live in another village than the household.
_ADULTS = """
select a.adults from {counted} h
join forms hf on hf.id = h.form_id and hf.kind = 'household'
join interviews a on a.instance_pk = h.instance_pk and a.adults > 0
where h.round_id = {of}.round_id and h.subject = {of}.household
  and h.village_id = {of}.village_id and h.outcome = 'complete'
order by hf.id limit 1
"""

# In a sample only households that were drawn, or stand in for one, count; each in its part of it.
_DRAWN = """
left join samples p on p.round_id = {of}.round_id and p.kind <> 'census'
     and f.kind in ('household', 'person')
left join sample_households d on d.sample_id = p.id and d.household = {of}.household
     and d.role <> 'reserve'
"""


def adults_of(name: str, counted: str) -> str:
    """How many adults the person of an interview stands for; null while that is not known.

    `counted` is the table of what counts.
    """
    return _ADULTS.format(of=name, counted=counted)


def drawn_of(name: str) -> str:
    """Joins an interview's sample (`p`, null in a census) and its part there (`d`, else null)."""
    return _DRAWN.format(of=name)
