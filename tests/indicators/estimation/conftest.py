"""The invented survey, and a short way to estimate from it."""

import csv
from pathlib import Path

import pytest

from app.indicators.estimation.estimate import estimate
from app.indicators.estimation.plan import read_plan
from app.indicators.estimation.rows import Row

DATA = Path(__file__).parent / "data"


def load(name):
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def rows_of(records):
    return [Row(number, record) for number, record in enumerate(records, start=2)]


@pytest.fixture(scope="session", name="rows_of")
def _rows_of():
    """A maker of rows from dictionaries."""
    return rows_of


@pytest.fixture(scope="session")
def households():
    return rows_of(load("households.csv"))


@pytest.fixture(scope="session")
def persons(households):
    homes = {row.cells["hh_id"]: row.cells for row in households}
    return rows_of({**homes[person["hh_id"]], **person} for person in load("persons.csv"))


@pytest.fixture(scope="session")
def totals():
    """File name -> rows of known totals."""
    return {name: rows_of(load(name)) for name in ("pop_poststrata.csv", "pop_raking.csv")}


@pytest.fixture(scope="session")
def oracle():
    return load("oracle.csv")


@pytest.fixture
def table():
    """Rows of a Markdown-like table: a header and lines of cells between bars."""

    def table(text):
        lines = [line.strip()[1:-1].split("|") for line in text.strip().splitlines()]
        header, *cells = [[cell.strip() for cell in line] for line in lines]
        return rows_of(dict(zip(header, line, strict=True)) for line in cells)

    return table


@pytest.fixture
def figures():
    """Estimates of one indicator `y` of rows (x and eligible where there are such columns)."""

    def figures(rows, kind="prop", domains=({"level": "all"},), totals=(), **design):
        indicator = {"code": "i", "kind": kind, "y": "y"}
        indicator |= {"x": "x"} if kind == "ratio" else {}
        whole = {"ids": ["psu"], "strata": ["stratum"], "weight": "w"} | design
        plan = read_plan({**whole, "indicators": [indicator], "domains": list(domains)})
        return list(estimate(rows, plan, totals))

    return figures
