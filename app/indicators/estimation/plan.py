"""What to estimate from which columns: the design file, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("prop", "mean", "ratio", "total")
LONELY = ("adjust", "remove")
STAGES = 2
Wanted = frozenset[str | float | None]  # values a filter lets through; None is blank


class DataFault(Exception):
    """Something in a file that has to be mended first: which file, where in it, and what."""

    def __init__(
        self, message: str, *, source: str = "data", row: int | None = None, column: str = ""
    ) -> None:
        self.source = source  # "design", "data" or "totals"
        self.row = row  # as a spreadsheet counts: the header is row 1
        self.column = column
        where = [f"row {row}"] * (row is not None) + [f"column {column}"] * bool(column)
        super().__init__(": ".join([", ".join(where), message] if where else [message]))


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator's columns; `x` only for ratios, without `eligible` everybody is."""

    code: str
    kind: str
    y: str
    x: str | None = None
    eligible: str | None = None


@dataclass(frozen=True, slots=True)
class Domain:
    """For which units (all together when None) and divided by what."""

    level: str
    unit: str | None = None
    breakdown: str | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Post-stratification (`by` taken together) or raking (each margin by itself) to totals."""

    kind: str
    columns: tuple[str, ...]
    totals: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the estimator has to know about a table of observations."""

    ids: tuple[str, ...]
    weight: str
    indicators: tuple[Indicator, ...]
    domains: tuple[Domain, ...]
    strata: tuple[str, ...] = ()
    fpc: tuple[str | None, ...] | None = None  # None: not known of this stage
    lonely: str = "adjust"
    filter: tuple[tuple[str, Wanted], ...] = ()
    calibration: Adjustment | None = None

    @property
    def columns(self) -> set[str]:
        """All columns of the data that it names."""
        names = {*self.ids, *self.strata, self.weight}
        names |= {column or "" for column in self.fpc or ()}
        names |= {column for column, _ in self.filter}
        for indicator in self.indicators:
            names |= {indicator.y, indicator.x or "", indicator.eligible or ""}
        for domain in self.domains:
            names |= {domain.unit or "", domain.breakdown or ""}
        return (names | set(self.calibration.columns if self.calibration else ())) - {""}


def read_plan(given: Any) -> Plan:
    """Read a parsed design file; raises DataFault that names the place in it."""
    optional = {"filter", "strata", "fpc", "lonely", "calibration"}
    _check(given, "the design", {"ids", "weight", "indicators", "domains"}, optional)
    ids = _names(given["ids"], "ids")
    if not 1 <= len(ids) <= STAGES:
        raise DataFault("ids names one column, or two for two stages", source="design")
    fpc = None
    if given.get("fpc") is not None:
        fpc = tuple(_optional(item, "fpc") for item in _list(given["fpc"], "fpc"))
    if fpc is not None and len(fpc) != len(ids):
        raise DataFault("fpc is null or names as many columns as ids", source="design")
    plan = Plan(
        ids=ids,
        weight=_name(given["weight"], "weight"),
        indicators=tuple(_indicator(*item) for item in _items(given, "indicators")),
        domains=tuple(_domain(*item) for item in _items(given, "domains")),
        strata=_names(given.get("strata") or [], "strata"),
        fpc=fpc,
        lonely=given.get("lonely", "adjust"),
        filter=_filter(given.get("filter") or {}),
        calibration=_calibration(given.get("calibration")),
    )
    _one_of(plan.lonely, LONELY, "lonely")
    return plan


def _indicator(given: Any, where: str) -> Indicator:
    _check(given, where, {"code", "kind", "y"}, {"x", "eligible"})
    kind = _one_of(given["kind"], KINDS, f"{where}.kind")
    x = _optional(given.get("x"), f"{where}.x")
    if (kind == "ratio") != (x is not None):
        raise DataFault(f"{where}.x: a ratio, and only a ratio, has an x", source="design")
    code, y = (_name(given[key], f"{where}.{key}") for key in ("code", "y"))
    return Indicator(code, kind, y, x, _optional(given.get("eligible"), f"{where}.eligible"))


def _domain(given: Any, where: str) -> Domain:
    _check(given, where, {"level"}, {"unit", "breakdown"})
    unit, breakdown = (_optional(given.get(k), f"{where}.{k}") for k in ("unit", "breakdown"))
    return Domain(_name(given["level"], f"{where}.level"), unit, breakdown)


def _calibration(given: Any) -> Adjustment | None:
    if given is None:
        return None
    kind = given.get("kind") if isinstance(given, dict) else None
    key = {"poststratify": "by", "rake": "margins"}.get(str(kind))
    if key is None:
        raise DataFault("calibration.kind must be poststratify or rake", source="design")
    _check(given, "calibration", {"kind", key, "totals"}, set())
    columns = _names(given[key], f"calibration.{key}")
    if not columns:
        raise DataFault(f"calibration.{key} names no column", source="design")
    return Adjustment(str(kind), columns, _name(given["totals"], "calibration.totals"))


def _filter(given: Any) -> tuple[tuple[str, Wanted], ...]:
    if not isinstance(given, dict):
        raise DataFault("filter must be columns and the value wanted in each", source="design")
    return tuple((column, _wanted(value, f"filter.{column}")) for column, value in given.items())


def _wanted(given: Any, where: str) -> Wanted:
    values = given if isinstance(given, list) else [given]
    if not values or any(isinstance(value, dict | list) for value in values):
        raise DataFault(f"{where} must be a value, or a list of values", source="design")
    return frozenset(float(v) if isinstance(v, int | float) else v for v in values)


def _items(given: Mapping[str, Any], key: str) -> list[tuple[Any, str]]:
    if not isinstance(given[key], list) or not given[key]:
        raise DataFault(f"{key} must be a list with at least one entry", source="design")
    return [(item, f"{key}[{number}]") for number, item in enumerate(given[key])]


def _check(given: Any, where: str, required: set[str], optional: set[str]) -> None:
    if not isinstance(given, dict):
        raise DataFault(f"{where} must be an object {{…}}", source="design")
    for key in sorted(required - set(given)):
        raise DataFault(f"{where} lacks {key}", source="design")
    for key in sorted(set(given) - required - optional):
        raise DataFault(f"{where} has {key}, which means nothing here", source="design")


def _name(given: Any, where: str) -> str:
    if not isinstance(given, str) or not given:
        raise DataFault(f"{where} must be a name", source="design")
    return given


def _optional(given: Any, where: str) -> str | None:
    return None if given is None else _name(given, where)


def _names(given: Any, where: str) -> tuple[str, ...]:
    return tuple(_name(item, where) for item in _list(given, where))


def _list(given: Any, where: str) -> list[Any]:
    if not isinstance(given, list):
        raise DataFault(f"{where} must be a list of columns", source="design")
    return given


def _one_of(given: Any, allowed: tuple[str, ...], where: str) -> str:
    if given not in allowed:
        raise DataFault(
            f"{where} must be one of {', '.join(allowed)}, not {given!r}", source="design"
        )
    return str(given)
