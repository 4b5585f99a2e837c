"""One indicator in one commune: what it says, its groups, and village by village."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.accounts.territory import get_unit
from app.clock import today
from app.counts.queries import CAPABILITY as COUNTS
from app.counts.queries import Compared, find_counts
from app.db import db
from app.errors import NotFound
from app.forms.models import Form
from app.i18n import label
from app.indicators.differences import Change, changes
from app.indicators.estimation.difference import Difference
from app.indicators.estimation.paired import PairedChange
from app.indicators.figures import Figure
from app.indicators.lookup import find_indicator, forms_of, whole_of
from app.indicators.models import IndicatorVersion
from app.indicators.queries import find_figures
from app.indicators.revisits import revisited
from app.indicators.withhold import reads_interviews
from app.org_units.hierarchy import descendants
from app.org_units.models import OrgUnit
from app.org_units.names import sort_key
from app.pages.blueprint import pages
from app.pages.boundaries import choose_boundaries
from app.pages.choices import choose_round
from app.pages.inputs import asked_past_day, chosen
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.rounds.models import Round
from app.rounds.queries import previous_round

SORTS: dict[str, tuple[Callable[[Figure], Any], bool]] = {
    "name": (lambda figure: sort_key(figure.unit_name), False),
    "value": (lambda figure: -1.0 if figure.value is None else figure.value, True),
    "n": (lambda figure: figure.n or 0, True),
    "coverage": (lambda figure: figure.coverage or 0.0, True),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one breakdown, with words for its name and values."""

    title: str
    rows: list[tuple[str, Figure]]

    @property
    def overlaps(self) -> bool:
        """Whether one may be in several of its groups."""
        return any(figure.overlaps for _, figure in self.rows)


@pages.get(f"/communes/<{UNIT}:commune_id>/indicators/<code>")
@requires("indicator.read")
def show_indicator(commune_id: int, code: str) -> ResponseReturnValue:
    """The indicator's figure for the commune, by group, and by village in the order asked for."""
    actor = reader()
    asked = get_unit(actor, "indicator.read", commune_id, level="commune")
    boundaries, rounds = choose_boundaries(actor, asked), choose_round(actor, asked.id)
    commune = boundaries.shown
    if rounds.chosen is None or "\0" in code:
        raise NotFound
    if commune is None:  # several places had its ground: the commune's page names them
        return redirect(url_for(
            "pages.show_commune", commune_id=asked.id, round=rounds.chosen.id,
            boundaries=boundaries.name,
        ))  # fmt: skip
    version = find_indicator(rounds.chosen.project_id, code)
    if version is None:
        raise NotFound
    day = asked_past_day("as_of")
    find = partial(
        find_figures,
        actor,
        round_=rounds.chosen,
        unit_id=commune.id,
        indicator=version.code,
        on=boundaries.on,
        as_of=day,
    )
    figures = find(level="commune", by=None)
    if not figures:  # on the day of the release that is read there was no such commune
        raise NotFound
    before = None if day or boundaries.is_old else previous_round(rounds.chosen)
    since = partial(
        changes, actor, round_=rounds.chosen, unit_id=commune.id, indicator=version.code
    )
    sort = chosen("sort", SORTS) or "name"
    key, descending = SORTS[sort]
    return render_template(
        "indicator.html",
        commune=commune,
        boundaries=boundaries,
        rounds=rounds,
        indicator=version,
        figure=next(figure for figure in figures if not figure.breakdown),
        groups=_groups(version, [figure for figure in figures if figure.breakdown]),
        villages=sorted(find(level="village"), key=key, reverse=descending),
        units={unit.id: unit for unit in descendants(commune.id, "village", boundaries.on)},
        sort=sort,
        counts=_counts(commune, rounds.chosen, version.code),
        before=before,
        changes=_by_unit(
            change
            for level in ("commune", "village")
            for change in (since(before=before, level=level) if before else ())
        ),
        day=day,
        today=today(),
        revisited=None
        if boundaries.is_old
        else _revisited(actor, version, rounds.chosen, commune.id, day),
    )


def _by_unit(found: Iterable[Change]) -> dict[int, Difference]:
    return {one.figure.unit_id: one.difference for one in found if one.difference}


def _revisited(
    actor: Actor, version: IndicatorVersion, round_: Round, commune_id: int, day: date | None
) -> PairedChange | None:
    """What changed since the day among the households that were visited again, where that is known.

    In other rounds than rolling ones a household has one interview that counts.
    """
    form = db.session.get_one(Form, version.form_id)
    if day in {None, today()} or round_.valid_for is None or form.kind != "household":
        return None
    if version.partner_id:
        return None
    if not reads_interviews(actor, commune_id, round_.project_id):
        return None
    days = {"since": day, "until": today()}
    return revisited(actor, form, version, round_=round_, unit_id=commune_id, **days)


def _counts(commune: OrgUnit, round_: Round, code: str) -> list[Compared]:
    """What others count of the same, for those who may see it."""
    actor = reader()
    if not sees(actor, COUNTS, commune.id, round_.project_id):
        return []
    return find_counts(actor, round_, unit_id=commune.id, indicator=code)


def _groups(version: IndicatorVersion, figures: Sequence[Figure]) -> list[Group]:
    groups = []
    for breakdown in version.definition["by"]:
        name, labels = breakdown["name"], _value_labels(version, breakdown["expression"])
        rows = [
            (label(labels.get(f.breakdown_value, {}), f.breakdown_value), f)
            for f in figures
            if f.breakdown == name
        ]
        if rows:
            groups.append(Group(label(breakdown["labels"], name), rows))
    return groups


def _value_labels(version: IndicatorVersion, expression: str) -> dict[str, dict[str, str]]:
    """The choices' labels, where the groups are simply the answers to one question."""
    question = re.fullmatch(r"\s*\$\{([^}]+)\}\s*", expression)
    if question is None:
        return {}
    definition = whole_of(forms_of(version))
    field = definition.field(question[1])
    return definition.choices.get((field and field.list) or "", {})
