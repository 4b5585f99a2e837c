"""Reads figures: sums of villages put together for any unit above them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Literal, NamedTuple

from app.accounts.actors import Actor
from app.clock import local_date, today
from app.db import driver
from app.indicators import communes, past
from app.indicators.boundaries import break_figure, broken_series
from app.indicators.estimation.moments import BARE, PUBLISHED, SCREEN, Moments, estimate_unit
from app.indicators.figures import MISSING_REASONS, Base, Figure, bounds_of
from app.indicators.fitted_figures import fitted
from app.indicators.in_force import Found, find_indicators
from app.indicators.kinds import overlapping_of_version
from app.indicators.places import Place, places_of
from app.indicators.reading import NOW, statements
from app.indicators.release_models import Release
from app.indicators.release_queries import newest_release
from app.indicators.taking import tables_of
from app.indicators.withhold import reads_interviews, withhold
from app.rounds.models import Round
from app.samples.queries import is_sampled

NOTHING = Base(0.0, 0, 0, 0, 0, 0, 0, 0, None, None, None)
Empty = partial[Figure]  # a figure but for its numbers


class Sum(NamedTuple):
    """What the statements of `reading` add up for one unit: one group of one indicator."""

    breakdown: str
    value: str
    domain_id: int | None
    numbers: list[Any]  # none: nobody was asked


def find_figures(  # noqa: PLR0913 - each narrows the question
    actor: Actor,
    *,
    round_: Round,
    unit_id: int,
    level: str,
    among: Collection[int] | None = None,
    indicator: str | None = None,
    by: str | None = "",
    on: date | None = None,
    release: Release | None = None,
    as_of: date | None = None,
    error: bool = True,
    interval: bool = True,
    given_out: bool = False,
) -> list[Figure]:
    """Figures of every unit of a level at or below a unit, as far as the reader's rights go.

    Units and their boundaries are those of `on` (default: today), whenever the interviews were; of
    them only those `among` some, where these are named.

    `by` names a breakdown; "" asks for the undivided figures, None for all of them. Units come in
    their Vietnamese order, indicators by code; an indicator without any interview yet is there,
    with no value. Who has no access to interviews reads the newest release, or the one asked for,
    without what it withholds; others read what is so now, or what was so on the day `as_of`, unless
    they ask for what is `given_out`. Without `error` nothing is estimated of it, as for tables of
    many places that show none; without `interval` there is a standard error and no more.
    """
    if as_of is not None:
        past.check_day(as_of)
    is_outsider = given_out or not reads_interviews(actor, unit_id, round_.project_id)
    if is_outsider:
        release = release or newest_release(round_.id, as_of)
        on = None if on == today() else on
    day = on or (local_date(release.released_at) if release else today())
    places = places_of(actor, round_.project_id, unit_id, level, day)
    if among is not None:
        places = [place for place in places if place.id in among]
    codes = None if indicator is None else [indicator]
    figures = read_figures(
        places, round_, codes, by, release=release, day=day, as_of=as_of, error=error,
        interval=interval,
    )  # fmt: skip
    units = [place.id for place in places]
    broken = broken_series(round_.id, level, units, day, is_today=on is None)
    figures = [
        break_figure(figure, broken[figure.unit_id]) if figure.unit_id in broken else figure
        for figure in figures
    ]
    if not is_outsider:
        return figures
    # What a release withholds is chosen under its own boundaries; others could be subtracted.
    return withhold(figures, release if on is None else None)


def read_figures(  # noqa: PLR0913 - as above
    places: Sequence[Place],
    round_: Round,
    codes: Sequence[str] | None,
    by: str | None,
    *,
    release: Release | None,
    day: date,
    as_of: date | None = None,
    error: bool = True,
    interval: bool = True,
    tables: Mapping[str, str] | None = None,
) -> list[Figure]:
    """Figures of these places, whoever asks: as they are now, as a release left them, or as of.

    `tables` says where the sums stand, where that is not as usual.
    """
    use = BARE if not interval else SCREEN if release is None else PUBLISHED
    indicators, domains = find_indicators(round_.project_id, codes, by, release)
    levels = {place.level for place in places}
    asked: dict[str, Any] = {
        "round": round_.id,
        "units": [place.id for place in places],
        "domains": list(domains),
        "on": day,
        "release": release and release.version,
        "sampled": is_sampled(round_.id),
        "within": levels <= {"village"},
    }
    tables = tables or _tables(asked, round_, release, as_of)
    bases: dict[tuple[int, int, int], Base] = {}
    sums: dict[tuple[int, int], list[Sum]] = defaultdict(list)
    is_kept = levels == {"commune"} and tables is NOW and not asked["sampled"]
    for base_rows, sum_rows in _added_up(asked, tables, is_kept=is_kept):
        bases |= {row[:3]: Base(*row[3:]) for row in base_rows}
        for unit_id, domain_id, *numbers in sum_rows:
            indicator_id, breakdown, value = domains[domain_id]
            sums[unit_id, indicator_id].append(Sum(breakdown, value, domain_id, numbers))
    if release is not None and by != "":
        _add_hidden(sums, domains, asked["units"], release)
    wholes = {found: domain_id for domain_id, (found, group, _) in domains.items() if not group}
    figures: list[Figure] = []
    version, code = release.version if release else None, round_.code
    for place in places:
        for found in indicators:
            base = bases.get((place.id, found.form_id, found.partner_id), NOTHING)
            empty = _no_figure(place, code, found, base, version)
            own = sums.get((place.id, found.id), [])
            if not by and not any(row.numbers for row in own):
                own = [*own, Sum("", "", wholes.get(found.id), [])]
            unknown = (row for row in own if row.numbers and not row.value)
            open_ = {row.breakdown for row in unknown if row.breakdown}
            figures += [
                # Where somebody's group is unknown, no group of the breakdown is certain.
                _figure(empty, found, row, certain=row.breakdown not in open_, use=error and use)
                for row in sorted(own)
            ]
    return fitted(figures, release) if release is not None and release.totals else figures


def _tables(
    asked: Mapping[str, Any],
    round_: Round,
    release: Release | None,
    as_of: date | None,
) -> Mapping[str, str]:
    """Where the sums of villages stand; those of an earlier day are made."""
    if release is not None:
        return tables_of(release, around=not asked["sampled"])
    if as_of is not None and as_of < today():
        past.sum_up(round_, asked["units"], asked["on"], as_of, sampled=asked["sampled"])
        return past.PAST
    return NOW


HIDDEN = """
select unit_id, domain_id from hidden_figures
where release_id = %s and unit_id = any(%s) and domain_id = any(%s)
"""


def _add_hidden(
    sums: dict[tuple[int, int], list[Sum]],
    domains: Mapping[int, tuple[int, str, str]],
    units: Sequence[int],
    release: Release,
) -> None:
    """Groups that nobody is in and that a release withholds, as if there were somebody."""
    for unit_id, domain_id in driver().execute(HIDDEN, (release.id, units, list(domains))):
        indicator_id, breakdown, value = domains[domain_id]
        own = sums[unit_id, indicator_id]
        if breakdown and all(row.domain_id != domain_id for row in own):
            own.append(Sum(breakdown, value, domain_id, []))


def _added_up(
    asked: dict[str, Any], tables: Mapping[str, str], *, is_kept: bool
) -> Iterator[tuple[communes.Rows, communes.Rows]]:
    """Bases and sums of the places asked for: what is kept, where it holds, and the rest."""
    if is_kept:
        bases, sums = communes.find(asked)
        yield bases, sums
        held = {base[0] for base in bases}
        asked = {**asked, "units": [unit for unit in asked["units"] if unit not in held]}
    if asked["units"]:
        for coverages, moments in statements(tables, sampled=asked["sampled"]):
            bases = driver().execute(coverages, asked).fetchall()
            yield bases, driver().execute(moments, asked).fetchall()


def _figure(
    empty: Empty, found: Found, row: Sum, *, certain: bool, use: str | Literal[False]
) -> Figure:
    group = partial(
        empty,
        domain_id=row.domain_id,
        breakdown=row.breakdown,
        breakdown_value=row.value,
        overlaps=bool(row.breakdown) and row.breakdown in overlapping_of_version(found.id),
    )
    if not row.numbers:
        return group()
    numbers, base = row.numbers, empty.keywords["base"]
    moments = Moments(*numbers[:13])
    missing = dict(zip(MISSING_REASONS, numbers[14:18], strict=True))
    taken_whole = numbers[18] if base.is_sample else base.is_counted
    one_adult = found.form_kind == "person"
    complete = (
        taken_whole and certain and not (one_adult or found.is_pending or any(missing.values()))
    )
    is_share, is_whole = found.kind == "prop" and found.counts_each, not row.breakdown
    of_frame = found.unit in {"household", "village"} and is_share and is_whole
    figure = partial(
        group,
        numerator=moments.y,
        denominator=moments.x,
        n=moments.n,
        missing=missing,
        value=moments.y / moments.x if moments.x else None,
        bounds=bounds_of(numbers[13], moments.n, sum(missing.values()), base)
        if of_frame and not base.is_sample
        else None,
    )
    if not use:
        return figure()
    estimate = estimate_unit(moments, kind=found.kind, complete=complete, use=use)
    if estimate is None:
        return figure()
    return figure(
        se=estimate.se,
        ci=estimate.ci,
        ci_method=estimate.ci_method,
        df=None if complete else estimate.df,
        deff=estimate.deff,
    )


def _no_figure(
    place: Place, round_code: str, found: Found, base: Base, release: int | None
) -> Empty:
    """Makes the figure of an indicator that nobody has answered yet, or one with numbers."""
    return partial(
        Figure,
        unit_id=place.id,
        unit_code=place.code,
        unit_name=place.name,
        level=place.level,
        round=round_code,
        indicator=found.code,
        version=found.version,
        labels=found.labels,
        breakdown="",
        breakdown_value="",
        numerator=None,
        denominator=None,
        n=0,
        missing=dict.fromkeys(MISSING_REASONS, 0),
        base=base,
        release=release,
        is_pending=found.is_pending,
        is_mean=found.counts_each and found.kind != "prop",
    )
