"""Takes out of figures what a reader without access to interviews may not know."""

from collections.abc import Iterable
from dataclasses import replace

from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.db import driver
from app.indicators.disclosure import COMPLEMENT, MARGIN, NOT_RELEASED, POOLED, SMALL, Rule
from app.indicators.figures import MISSING_REASONS, Figure
from app.indicators.frozen_places import LATE, about, lying_elsewhere
from app.indicators.margins import DIGITS, FINE
from app.indicators.release_models import Release
from app.indicators.release_queries import rule_from

# What a release withholds, and, in each row, which changes of boundaries it may not have known.
HIDDEN = f"""
select late.events, unit_id, domain_id, reason, numerator, denominator
from ({LATE}) late (events)
left join hidden_figures on release_id = %(release)s and unit_id = any(%(units)s)
"""  # noqa: S608 - put together from constants
SILENT = {SMALL, COMPLEMENT, NOT_RELEASED}  # how many were asked would tell how many there are


def reads_interviews(actor: Actor, unit_id: int, project_id: int) -> bool:
    """Whether they may read the interviews of a place, so that its figures tell nothing more."""
    if actor.is_operator:
        return True
    units = set(actor.units("submission.read", project_id))
    if set(actor.units("indicator.read", project_id)) <= units:
        return True  # wherever they read figures
    return bool(units) and sees(actor, "submission.read", unit_id, project_id)


def withhold(figures: Iterable[Figure], release: Release | None) -> list[Figure]:
    """The figures of a release as they are given out; without any release, none of them.

    Of what was not given out there are no groups either: that there is one says that somebody is
    in it.
    """
    known = list(figures)
    if release is None:
        return [empty(figure, NOT_RELEASED) for figure in known if not figure.breakdown]
    rule = rule_from(release.rule)
    units = sorted({figure.unit_id for figure in known})
    rows = driver().execute(HIDDEN, {**about(release), "units": units}).fetchall()
    hidden = {(unit_id, domain_id): said for _, unit_id, domain_id, *said in rows}
    elsewhere = lying_elsewhere(release, rows[0][0])  # nobody has decided about it as it lies now
    return [
        empty(figure, NOT_RELEASED)
        if figure.unit_id in elsewhere
        else _given_out(figure, rule, *hidden.get((figure.unit_id, figure.domain_id), ()))
        for figure in known
        if figure.unit_id not in elsewhere or not figure.breakdown
    ]


def _given_out(
    figure: Figure,
    rule: Rule,
    reason: str | None = None,
    numerator: float | None = None,
    denominator: float | None = None,
) -> Figure:
    if reason not in {None, MARGIN, POOLED}:
        return empty(_counted(figure, rule.round_to), str(reason))
    if numerator is not None and denominator:
        value = numerator / denominator
        figure = replace(figure, numerator=numerator, denominator=denominator, value=value)
    if reason == MARGIN:
        return in_counts(figure, rule.round_to, reason)
    if is_coarse(figure, rule.round_to):
        return in_counts(figure, rule.round_to, None)
    return rounded(figure, rule.round_to)


def is_coarse(figure: Figure, to: int) -> bool:
    """Whether counts are rounded so far that a value of three digits would tell them exactly."""
    return to > 1 and (figure.denominator or 0.0) < FINE * to


def empty(figure: Figure, reason: str) -> Figure:
    """The figure without its numbers."""
    return replace(
        _without_error(figure),
        numerator=None,
        denominator=None,
        n=None,
        missing=dict.fromkeys(MISSING_REASONS, 0),
        base=replace(figure.base, n=0, expected=0.0) if reason in SILENT else figure.base,
        value=None,
        is_calibrated=False,  # where nobody was asked it is not
        suppressed=reason,
    )


def in_counts(figure: Figure, to: int, reason: str | None) -> Figure:
    """The figure with no more than its rounded counts tell: their quotient, and no error.

    Its digits and its error are further sums over the same villages; of few people inside they
    would tell who says yes. So would the numbers of interviews, where each has a fitted weight.
    """
    if reason and figure.is_calibrated:
        figure = replace(figure, n=None, missing=dict.fromkeys(MISSING_REASONS, 0))
    y, x = _multiple(figure.numerator, to), _multiple(figure.denominator, to)
    return replace(
        _without_error(_counted(figure, to)),
        numerator=y,
        denominator=x,
        value=None if y is None or not x else _digits(y / x),
        suppressed=reason,
    )


def rounded(figure: Figure, to: int) -> Figure:
    """The figure in the precision in which it is given out."""
    return replace(
        _counted(figure, to),
        value=_digits(figure.value),
        numerator=_multiple(figure.numerator, to),
        denominator=_multiple(figure.denominator, to),
        se=_digits(figure.se),
        ci=_pair(figure.ci),
        df=_whole(figure.df, to),
        deff=None if figure.deff is None else round(figure.deff, 1),
        bounds=_pair(figure.bounds),
    )


def _counted(figure: Figure, to: int) -> Figure:
    """The figure with its counts of answers rounded: else its coverage would tell how many.

    Where some gave no answer, at least a step of them did not.
    """
    if to == 1:
        return figure
    base, missing = figure.base, figure.missing.items()
    return replace(
        figure,
        n=_whole(figure.n, to),
        missing={why: max(round(n / to), 1) * to if n else 0 for why, n in missing},
        base=replace(
            base, n=round(base.n / to) * to, expected=round(base.expected / to) * float(to)
        ),
    )


def _without_error(figure: Figure) -> Figure:
    return replace(figure, se=None, ci=None, ci_method=None, df=None, deff=None, bounds=None)


def _multiple(value: float | None, to: int) -> float | None:
    return None if value is None else float(round(value / to) * to)


def _whole(count: int | None, to: int) -> int | None:
    return None if count is None else round(count / to) * to


def _digits(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _pair(pair: tuple[float, float] | None) -> tuple[float, float] | None:
    return pair and (round(pair[0], DIGITS), round(pair[1], DIGITS))
