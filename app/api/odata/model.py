"""What the feed holds: entity sets with their fields and keys, and how their rows are read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select

from app.accounts.actors import Actor
from app.accounts.territory import parents_of
from app.api.odata.filters import BOOLEAN, DATE, DOUBLE, INSTANT, INT, STRING
from app.api.parameters import LARGEST_ID
from app.clock import today
from app.db import db
from app.indicators.figures import Figure
from app.indicators.models import IndicatorVersion
from app.indicators.places import places_of
from app.indicators.release_models import Release
from app.indicators.release_queries import list_releases, rule_from, rule_of
from app.indicators.table import figure_row
from app.indicators.walk import Step, Wanted, read_step, steps
from app.org_units.models import OrgUnit
from app.projects.queries import get_project
from app.rounds.models import Round
from app.rounds.queries import list_rounds, plan_of

Row = dict[str, Any]
Known = Mapping[str, Any]  # what fields must be, so that less need be read


class Portion(NamedTuple):
    """Some rows that are read together; the name says where a list goes on."""

    name: list[str | int]
    read: Callable[[], list[Row]]


@dataclass(frozen=True, slots=True)
class EntitySet:
    """A list of the feed."""

    name: str
    kind: str  # of one of its rows
    fields: Mapping[str, str]  # with their EDM types
    key: tuple[str, ...]
    portions: Callable[[Actor, int, Known], Iterator[Portion]]
    needed: frozenset[str]  # fields that are never null


FIGURE = {
    "Round": STRING, "Level": STRING, "UnitId": INT, "UnitCode": STRING, "UnitName": STRING,
    "Indicator": STRING, "IndicatorVersion": STRING, "By": STRING, "ByValue": STRING,
    "Overlaps": BOOLEAN, "Value": DOUBLE, "Numerator": DOUBLE, "Denominator": DOUBLE, "N": INT,
    "SE": DOUBLE, "CiLow": DOUBLE, "CiHigh": DOUBLE, "CiMethod": STRING, "DF": DOUBLE,
    "Deff": DOUBLE, "BoundLow": DOUBLE, "BoundHigh": DOUBLE, "Coverage": DOUBLE,
    "Status": STRING, "Suppressed": STRING, "Broken": STRING, "Calibrated": BOOLEAN,
    "Release": INT, "AsOf": INSTANT, "Imprecise": BOOLEAN,
}  # fmt: skip
FIGURE_KEY = ("Round", "UnitId", "Indicator", "By", "ByValue")
# The names that rows of figures have elsewhere, for those that are not simply theirs in lower case.
SAID = {
    "Level": "unit_level", "UnitId": "unit_id", "UnitCode": "unit_code", "UnitName": "unit_name",
    "IndicatorVersion": "version", "ByValue": "by_value", "CiLow": "ci_low", "CiHigh": "ci_high",
    "CiMethod": "ci_method", "BoundLow": "bound_low", "BoundHigh": "bound_high", "AsOf": "as_of",
}  # fmt: skip


def _figure(figure: Figure) -> Row:
    said = figure_row(figure)
    own = {
        "Calibrated": figure.is_calibrated, "Release": figure.release, "Overlaps": figure.overlaps,
    }  # fmt: skip
    row = {
        name: own[name] if name in own else said[SAID.get(name, name.lower())] for name in FIGURE
    }
    return row | {"By": said["by"] or "", "ByValue": said["by_value"] or ""}


def _figures(actor: Actor, project_id: int, known: Known) -> Iterator[Portion]:
    """What the reader reads now of every round: what is so, or the newest release."""
    for round_ in _rounds(project_id, known):
        yield from _of_round(actor, round_, None, known)


def _released(actor: Actor, project_id: int, known: Known) -> Iterator[Portion]:
    """Every release of every round."""
    for round_ in _rounds(project_id, known):
        for release in list_releases(round_.id):
            if known.get("Release") in {None, release.version}:
                yield from _of_round(actor, round_, release, known)


def _of_round(
    actor: Actor, round_: Round, release: Release | None, known: Known
) -> Iterator[Portion]:
    unit_id = known.get("UnitId")
    if unit_id is not None and not _is_place(unit_id):
        return
    wanted = Wanted(
        release=release,
        level=known.get("Level"),
        unit_id=None if unit_id is None else int(unit_id),
        indicator=known.get("Indicator"),
        by=known.get("By"),
    )
    for step in steps(actor, round_, wanted):
        yield Portion(
            [round_.code, release.version if release else 0, step.level, step.unit_id],
            _reading(actor, round_, step, wanted),
        )


def _is_place(unit_id: float) -> bool:
    is_id = 0 < unit_id <= LARGEST_ID and unit_id == int(unit_id)
    return is_id and db.session.get(OrgUnit, int(unit_id)) is not None


def _reading(actor: Actor, round_: Round, step: Step, wanted: Wanted) -> Callable[[], list[Row]]:
    return lambda: [_figure(figure) for figure in read_step(actor, round_, step, wanted)]


def _rounds(project_id: int, known: Known) -> list[Round]:
    return [one for one in list_rounds(project_id) if known.get("Round") in {None, one.code}]


ROUND = {
    "Round": STRING, "Name": STRING, "StartsOn": DATE, "EndsOn": DATE, "Design": STRING,
    "ValidForMonths": INT, "FrozenOn": DATE, "LegalBasis": STRING,
}  # fmt: skip


def _list_rounds(_actor: Actor, project_id: int, _known: Known) -> Iterator[Portion]:
    def read() -> list[Row]:
        plans = [(one.code, plan_of(one)) for one in list_rounds(project_id)]
        return [
            {
                "Round": code, "Name": plan.name, "StartsOn": plan.starts_on,
                "EndsOn": plan.ends_on, "Design": plan.design, "ValidForMonths": plan.valid_for,
                "FrozenOn": plan.frozen_on, "LegalBasis": plan.legal_basis,
            }
            for code, plan in plans
        ]  # fmt: skip

    yield Portion(["rounds"], read)


RELEASE = {
    "Round": STRING, "Release": INT, "Status": STRING, "ReleasedAt": INSTANT, "Reason": STRING,
    "VillagesChanged": INT, "Threshold": INT, "SmallestSample": INT, "RoundedTo": INT,
    "LegalNote": STRING,
}  # fmt: skip


def _list_releases(_actor: Actor, project_id: int, known: Known) -> Iterator[Portion]:
    def read() -> list[Row]:
        return [
            _release(round_, one)
            for round_ in _rounds(project_id, known)
            for one in list_releases(round_.id)
        ]

    yield Portion(["releases"], read)


def _release(round_: Round, made: Release) -> Row:
    rule = rule_from(made.rule)
    return {
        "Round": round_.code, "Release": made.version, "Status": made.status,
        "ReleasedAt": made.released_at, "Reason": made.reason,
        "VillagesChanged": len(made.changes), "Threshold": rule.threshold,
        "SmallestSample": rule.smallest_n, "RoundedTo": rule.round_to,
        "LegalNote": rule.legal_note or None,
    }  # fmt: skip


INDICATOR = {
    "Indicator": STRING, "IndicatorVersion": STRING, "LabelVi": STRING, "LabelEn": STRING,
    "Unit": STRING, "Eligible": STRING, "Numerator": STRING, "Denominator": STRING,
    "Sensitive": BOOLEAN,
}  # fmt: skip


def _list_indicators(_actor: Actor, project_id: int, _known: Known) -> Iterator[Portion]:
    def read() -> list[Row]:
        sensitive = rule_of(project_id).sensitive
        statement = select(IndicatorVersion).filter_by(project_id=project_id, in_force=True)
        return [
            {
                "Indicator": one.code, "IndicatorVersion": one.version,
                "LabelVi": one.labels.get("vi") or next(iter(one.labels.values()), None),
                "LabelEn": one.labels.get("en"), "Unit": one.unit,
                "Eligible": one.definition["eligible"] or None,
                "Numerator": one.definition["numerator"],
                "Denominator": one.definition["denominator"] or None,
                "Sensitive": one.code in sensitive,
            }
            for one in db.session.scalars(statement.order_by(IndicatorVersion.code))
        ]  # fmt: skip

    yield Portion(["indicators"], read)


PLACE = {
    "UnitId": INT, "UnitCode": STRING, "UnitName": STRING, "Level": STRING, "Type": STRING,
    "ParentId": INT,
}  # fmt: skip


def _list_places(actor: Actor, project_id: int, known: Known) -> Iterator[Portion]:
    province = get_project(project_id).org_unit_id
    for level in ("province", "commune", "village"):
        if province is not None and known.get("Level") in {None, level}:
            yield Portion([level], _placing(actor, project_id, province, level))


def _placing(actor: Actor, project_id: int, province: int, level: str) -> Callable[[], list[Row]]:
    def read() -> list[Row]:
        found = places_of(actor, project_id, province, level, today())
        parents = parents_of([place.id for place in found])
        return [
            {
                "UnitId": place.id, "UnitCode": place.code, "UnitName": place.name,
                "Level": place.level, "Type": place.type, "ParentId": parents.get(place.id),
            }
            for place in found
        ]  # fmt: skip

    return read


SETS = {
    one.name: one
    for one in (
        EntitySet(
            "Figures", "Figure", FIGURE, FIGURE_KEY, _figures, frozenset({*FIGURE_KEY, "Level"})
        ),
        EntitySet(
            "ReleasedFigures", "ReleasedFigure", FIGURE, (*FIGURE_KEY, "Release"), _released,
            frozenset({*FIGURE_KEY, "Level", "Release"}),
        ),
        EntitySet(
            "Indicators", "Indicator", INDICATOR, ("Indicator",), _list_indicators,
            frozenset({"Indicator", "IndicatorVersion"}),
        ),
        EntitySet(
            "Places", "Place", PLACE, ("UnitId",), _list_places, frozenset({"UnitId", "Level"})
        ),
        EntitySet("Rounds", "Round", ROUND, ("Round",), _list_rounds, frozenset({"Round"})),
        EntitySet(
            "Releases", "Release", RELEASE, ("Round", "Release"), _list_releases,
            frozenset({"Round", "Release"}),
        ),
    )
}  # fmt: skip
