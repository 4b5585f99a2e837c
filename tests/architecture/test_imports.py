"""The street: modules look back and never ahead, libraries stay at home, one file commits.

This file is the map of `app/`. A new package is entered in STREET; a library that may be used in
one place only, in HOMES.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import app

ROOT = Path(app.__file__).parent

LONGEST = 300  # lines of a file

DOORS = {"openrosa", "api", "pages", "cli", "jobs"}
# A part may import itself and every line above its own, not its neighbours in the line.
STREET = (
    {"errors"},
    {"xforms", "clock", "access", "proxies", "pace"},
    {"config", "i18n"},
    {"db", "extensions", "embedded"},
    {"storage", "queue", "audit", "ledger"},
    {"stop_and_go"},
    {"org_units"},
    {"projects"},
    {"accounts"},
    {"forms"},
    {"rounds"},
    {"submissions"},
    {"imports", "drafts"},
    {"households"},
    {"samples"},
    {"entities"},
    {"review"},
    {"indicators"},
    {"scorecards", "exports"},
    {"counts"},
    {"fieldwork"},
    {"programme", "regrouping", "village_lists", "schema"},
    {"pipeline"},
    {"daily"},
    {"demo"},
    DOORS,
    {"wsgi"},
)
LINE = {part: number for number, line in enumerate(STREET) for part in line}

# These see less than their place in the street would allow.
ONLY = {
    "embedded": {"errors", "clock", "config"},  # it starts the database, so it cannot need one
    "demo": {"clock"},  # it plays phones and reviewers, so it speaks HTTP as they do
}

# These are seen by less than their place in the street would allow.
SEEN_BY = {"demo": {"cli"}}

# create_app() puts everything together; only what starts a process may ask for it.
STARTERS = {"wsgi", "cli", "jobs"}

# Packages whose __init__.py may say more than what the package is for.
SPEAKING = DOORS | {"", "i18n"}  # doors: their blueprint; i18n: the functions every text calls

# The only places that may import a library; "app" itself is create_app().
HOMES = {
    "pyxform": {"app.xforms.compile"},
    "marshmallow": {"app.api"},
    "flask_smorest": {"app.api"},
    "cryptography": {"app.xforms.public_key"},
    "rq": {"app.queue", "app.jobs"},
    "flask_sqlalchemy": {"app.db"},
    # Besides the doors: the outside resources, whose connections hang on the application.
    "flask": {f"app.{door}" for door in DOORS}
    | {"app", "app.db", "app.extensions", "app.i18n", "app.queue", "app.storage"},
}

# What is hard stays free of requests and databases, so that it can be checked by hand: these, and
# every module whose docstring begins with PURE. They see each other and nothing else of app/.
ISLANDS = {"app.xforms", "app.indicators.definitions", "app.indicators.sums"}
ISLANDS |= {"app.indicators.estimation", "app.errors", "app.clock"}
NOT_ON_ISLANDS = {"flask", "flask_sqlalchemy", "sqlalchemy", "psycopg", "redis", "rq"}


@dataclass(frozen=True)
class Module:
    name: str  # "app.forms.publish"; a package has its folder's name
    tree: ast.Module
    imports: frozenset[str]  # absolute dotted names, down to what is imported: "app.db.transaction"
    is_package: bool

    @property
    def part(self) -> str:
        """Where it stands in the street; "" is app/__init__.py."""
        return self.name.partition(".")[2].partition(".")[0]


def read_modules(root: Path) -> list[Module]:
    """Every module below a folder `app`."""
    return [_read_module(root, path) for path in sorted(root.rglob("*.py"))]


def _read_module(root: Path, path: Path) -> Module:
    parts = list(path.relative_to(root.parent).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    package = ".".join(parts[:-1])
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return Module(name, tree, frozenset(_imports(tree, package)), is_package)


def _imports(tree: ast.Module, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join([*above, source] if source else above)
            yield from (f"{source}.{alias.name}" for alias in node.names)


def is_in(name: str, places: set[str]) -> bool:
    """Whether a dotted name is one of the places or lies inside one of them."""
    return any(f"{name}.".startswith(f"{place}.") for place in places)


def violations(root: Path) -> list[str]:
    """What breaks the rules in a folder `app`, one sentence each."""
    modules = read_modules(root)
    parts = {module.part for module in modules} | set(LINE)
    islands = ISLANDS | {module.name for module in modules if _calls_itself_pure(module)}
    rules = (_unknown_part, _commits, _library_away_from_home, _says_too_much)
    found = [text for module in modules for rule in rules for text in rule(module)]
    found += [text for module in modules for text in _looks_ahead(module, parts)]
    return found + [text for module in modules for text in _not_pure(module, islands)]


def _unknown_part(module: Module) -> Iterator[str]:
    if module.part and module.part not in LINE:
        yield f"{module.name}: say in STREET where {module.part} stands"


def _looks_ahead(module: Module, parts: set[str]) -> Iterator[str]:
    for name in sorted(module.imports):
        if not is_in(name, {"app"}):
            continue
        target = name.partition(".")[2].partition(".")[0]
        if target not in parts:
            target = ""  # a name defined in app/__init__.py
        if not _may_see(module.part, target):
            yield f"{module.name}: may not import {name}"


def _may_see(part: str, target: str) -> bool:
    if part in ("", target):
        return True
    if target == "":
        return part in STARTERS
    if part in ONLY:
        return target in ONLY[part]
    if target in SEEN_BY:
        return part in SEEN_BY[target]
    return LINE.get(target, len(STREET)) < LINE.get(part, 0)


def _commits(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        commits = isinstance(node, ast.Attribute) and node.attr == "commit"
        if commits and module.name != "app.db":
            yield f"{module.name}: line {node.lineno} commits; only app/db.py does"


def _library_away_from_home(module: Module) -> Iterator[str]:
    for name in sorted(module.imports):
        home = HOMES.get(name.partition(".")[0])
        if home is None or is_in(module.name, home - {"app"}) or module.name in home:
            continue
        yield f"{module.name}: {name} may be imported only in {', '.join(sorted(home))}"


def _calls_itself_pure(module: Module) -> bool:
    return (ast.get_docstring(module.tree) or "").startswith("PURE")


def _not_pure(module: Module, islands: set[str]) -> Iterator[str]:
    if not is_in(module.name, islands):
        return
    for name in sorted(module.imports):
        from_app = is_in(name, {"app"}) and not is_in(name, islands)
        if from_app or is_in(name, NOT_ON_ISLANDS):
            yield f"{module.name}: is pure and may not import {name}"


def _says_too_much(module: Module) -> Iterator[str]:
    if not module.is_package or module.part in SPEAKING:
        return
    if ast.get_docstring(module.tree) is None or len(module.tree.body) > 1:
        yield f"{module.name}: __init__.py holds a docstring and nothing else"


def test_the_street():
    assert violations(ROOT) == []


def test_the_checker_reads_the_whole_product():
    names = {module.name for module in read_modules(ROOT)}

    assert {"app", "app.db", "app.config", "app.org_units", "app.org_units.names"} <= names


def test_no_file_is_too_long_to_be_read_at_once():
    lines = {path: path.read_text("utf-8").count("\n") for path in ROOT.rglob("*.py")}

    assert {path.name: count for path, count in lines.items() if count > LONGEST} == {}


def plant(folder: Path, path: str, source: str) -> list[str]:
    """Writes one module into an otherwise empty product; returns what the checker says."""
    module = folder / "app" / path
    module.parent.mkdir(parents=True)
    module.write_text(source, encoding="utf-8")
    return violations(folder / "app")


PACKAGE = '"""What it is for."""\n'


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        ("forms/publish.py", "from app.rounds import queries", "may not import app.rounds"),
        ("forms/publish.py", "import app.review.decisions", "may not import app.review"),
        ("forms/publish.py", "from ..review import decisions", "may not import app.review"),
        ("forms/publish.py", "from .. import review", "may not import app.review"),
        ("forms/publish.py", "def f():\n    from app import review", "may not import app.review"),
        ("forms/publish.py", "from app import create_app", "may not import app.create_app"),
        ("forms/publish.py", "import app", "may not import app"),
        ("clock.py", "from app.xforms.problems import Place", "may not import app.xforms"),
        ("audit.py", "from app.queue import enqueue", "may not import app.queue"),
        ("api/forms.py", "from app.pages import forms", "may not import app.pages"),
        ("pages/show.py", "from app.demo import play", "may not import app.demo"),
        ("pipeline.py", "from app.jobs import tasks", "may not import app.jobs"),
        ("pages/show.py", "from app.weather import rain", "may not import app.weather"),
        ("embedded/postgres.py", "from app.db import db", "may not import app.db"),
        ("embedded/postgres.py", "from app.xforms import x", "may not import app.xforms"),
        ("demo/phones.py", "from app.submissions import intake", "may not import app.submissions"),
        ("demo/phones.py", "from app.cli import main", "may not import app.cli"),
        ("weather/rain.py", "", "say in STREET where weather stands"),
        ("weather.py", "", "say in STREET where weather stands"),
        ("forms/publish.py", "def f(session):\n    session.commit()", "line 2 commits"),
        ("jobs/tasks.py", "from app.db import db\ndb.session.commit()", "line 2 commits"),
        ("forms/publish.py", "commit = db.session.commit", "line 1 commits"),
        ("forms/publish.py", "from pyxform import xls2xform", "pyxform.xls2xform may be imported"),
        ("xforms/instance.py", "import pyxform.builder", "pyxform.builder may be imported only in"),
        ("cli/forms.py", "from marshmallow import Schema", "marshmallow.Schema may be imported"),
        ("pages/forms.py", "import flask_smorest", "flask_smorest may be imported only in app.api"),
        ("pipeline.py", "from rq import Queue", "rq.Queue may be imported only in app.jobs"),
        ("embedded/valkey.py", "import rq", "rq may be imported only in app.jobs, app.queue"),
        ("forms/publish.py", "from flask import request", "flask.request may be imported only in"),
        (
            "accounts/tokens.py",
            "from flask import current_app",
            "flask.current_app may be imported",
        ),
        (
            "xforms/values.py",
            "from sqlalchemy import text",
            "is pure and may not import sqlalchemy",
        ),
        ("xforms/values.py", "from app.db import db", "is pure and may not import app.db"),
        ("indicators/sums.py", "from flask import g", "is pure and may not import flask.g"),
        ("indicators/sums.py", "from .models import Cell", "may not import app.indicators.models"),
        ("review/checks.py", '"""PURE. x"""\nimport psycopg', "may not import psycopg"),
        ("review/checks.py", '"""PURE. x"""\nfrom app.forms import x', "may not import app.forms"),
        ("forms/__init__.py", PACKAGE + "from app.forms.models import Form", "nothing else"),
        ("forms/__init__.py", "", "a docstring and nothing else"),
        ("forms/sheets/__init__.py", "X = 1", "app.forms.sheets: __init__.py holds a docstring"),
    ],
)
def test_each_planted_violation_is_found(tmp_path, path, source, complaint):
    found = plant(tmp_path, path, source)

    assert any(complaint in text for text in found), found


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("__init__.py", "from flask import Flask\nfrom app.pages import bring_in"),
        ("wsgi.py", "from app import create_app\nfrom app.config import Config"),
        ("jobs/worker.py", "from app import create_app\nfrom rq import Worker"),
        ("rounds/queries.py", "from app.forms.models import Form\nfrom .models import Round"),
        ("rounds/queries.py", "from app.db import db, transaction\nimport sqlalchemy"),
        ("api/__init__.py", "from flask_smorest import Blueprint\nblueprint = Blueprint()"),
        ("i18n/__init__.py", "from app.i18n.texts import gettext\nfrom app.clock import now"),
        ("db.py", "from flask_sqlalchemy import SQLAlchemy\ndb.session.commit()"),
        ("xforms/compile.py", "from pyxform.xls2xform import convert\nfrom .problems import Place"),
        ("indicators/sums.py", "import math\nfrom app.xforms.values import cast_value"),
        ("review/checks.py", '"""PURE. x"""\nfrom app.xforms.values import cast_value'),
        ("indicators/stored.py", "import sqlalchemy\nfrom app.indicators.sums import add"),
        ("embedded/postgres.py", "from app.config import Config\nfrom app.errors import Problem"),
        ("demo/phones.py", "import http.client\nfrom app.clock import today"),
        ("cli/main.py", "from app.demo.play import play"),
        ("forms/__init__.py", PACKAGE),
        ("forms/publish.py", "import flaskless\nimport apparatus\nfrom rqlike import commits"),
    ],
)
def test_what_the_rules_allow_is_let_through(tmp_path, path, source):
    assert plant(tmp_path, path, source) == []
