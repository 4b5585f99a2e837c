"""`thonso stats`: the estimator behind the figures, for any table of observations."""

import csv
import io
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import click

from app.indicators.estimation.calibrate import totals_columns
from app.indicators.estimation.estimate import estimate as estimate_rows
from app.indicators.estimation.plan import DataFault, Plan, read_plan
from app.indicators.estimation.result import COLUMNS, Estimate
from app.indicators.estimation.rows import Row, check_columns

a_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def stats() -> None:
    """Estimate figures and their precision from survey data."""


@stats.command()
@click.option("--data", required=True, type=a_file, help="CSV: one row per observation.")
@click.option("--design", required=True, type=a_file, help="JSON: sample, indicators, domains.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def estimate(data: Path, design: Path, out: Path) -> None:
    """Estimate each indicator in each domain, as docs/statistics.md says."""
    files = {"data": data, "design": design, "totals": design}
    try:
        plan = read_plan(_read_json(design))
        rows = _read_rows(data, plan.columns, "data")
        totals: list[Row] = []
        if plan.calibration:
            files["totals"] = design.parent / plan.calibration.totals
            totals = _read_rows(files["totals"], totals_columns(plan.calibration), "totals")
        if out.resolve() in {file.resolve() for file in files.values()}:
            raise click.ClickException(f"{out}: is what the result is made of; name another file")
        results = list(estimate_rows(rows, plan, totals))
    except DataFault as fault:
        raise click.ClickException(f"{files[fault.source]}: {fault}") from fault
    try:
        _write(out, results)
    except OSError as problem:
        raise click.ClickException(f"{out}: cannot be written: {problem.strerror}") from problem
    except UnicodeEncodeError as problem:
        raise click.ClickException(f"{out}: cannot be written: {problem}") from problem
    _tell_left_out(plan, results)


def _read_json(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text, parse_int=float, object_pairs_hook=_object)
    except RecursionError as problem:
        raise DataFault("is nested too deeply", source="design") from problem
    except json.JSONDecodeError as problem:
        message = f"line {problem.lineno}, column {problem.colno}: {problem.msg}"
        raise DataFault(message, source="design") from problem
    except UnicodeDecodeError as problem:
        raise DataFault("is not UTF-8", source="design") from problem


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of the design; of a key that is there twice nobody could say which one counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DataFault(f"{twice} is there twice", source="design")
    return found


def _read_rows(path: Path, wanted: Collection[str], source: str) -> list[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(_rows(csv.reader(stream), wanted, source))
    except OSError as problem:
        raise DataFault(f"cannot be read: {problem.strerror}", source=source) from problem
    except (ValueError, csv.Error) as problem:  # not UTF-8, or no name of a file
        raise DataFault(f"is not a CSV file in UTF-8: {problem}", source=source) from problem


def _rows(lines: Iterator[list[str]], wanted: Collection[str], source: str) -> Iterator[Row]:
    """Rows with the wanted columns alone: a survey may have a thousand others."""
    header = next(lines, [])
    check_columns(header, wanted, source)
    places = [(column, header.index(column)) for column in wanted]
    for number, cells in enumerate(lines, start=2):
        if not cells:
            continue
        if len(cells) != len(header):
            message = f"has {len(cells)} cells, the header has {len(header)}"
            raise DataFault(message, source=source, row=number)
        yield Row(number, {column: cells[at] for column, at in places}, source)


def _write(path: Path, results: Iterable[Estimate]) -> None:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(result) for result in results)
    path.write_bytes(lines.getvalue().encode())  # a name that is no text leaves no empty file


def _tell_left_out(plan: Plan, results: Iterable[Estimate]) -> None:
    """Nobody should take a figure for one of places where nobody was asked."""
    names = sorted({name for r in results for name in r.strata_left_out.split("; ") if name})
    if names:
        columns = " × ".join(plan.strata)
        told = f"no sampled row in {columns}: {', '.join(names)} (see strata_left_out)"
        click.echo(f"warning: {told}", err=True)
