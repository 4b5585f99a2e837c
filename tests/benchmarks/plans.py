"""How PostgreSQL answers what people and programmes ask: `python tests/benchmarks/plans.py`.

On the data folder in THONSO_DATA, whose servers run already. Each question is asked twice, then its
statements are explained as they ran: milliseconds, pages read, the indexes used, and what was read
whole. A question that is flat reads the same pages with a million interviews as with few.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from sqlalchemy import event

from app import create_app
from app.accounts.actors import user_actor
from app.accounts.models import User
from app.config import Config
from app.db import close_db, db, driver
from app.households import naming
from app.households import queries as households
from app.households.duplicates import find_pairs
from app.households.search import Search, count_households
from app.org_units.queries import find_by_code
from app.review import feed
from app.review.newest import QueueFilter, count_queue
from app.review.queries import next_waiting, review_queue
from app.submissions.counts import count_by_state
from app.submissions.settling import list_parked
from tests.benchmarks import programme

Asked = tuple[str, dict[str, Any]]


def main() -> None:
    """Explain every question for a province and for one of its communes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--province", default="52")
    parser.add_argument("--commune", default=programme.COMMUNE)
    parser.add_argument("--full", action="store_true", help="print whole plans")
    asked = parser.parse_args()
    app = create_app(Config.from_environment())
    with app.app_context():
        print("question | ms | pages | by")
        for name, question in questions(asked.province, asked.commune):
            explain(name, question, full=asked.full)
    close_db(app)


def questions(province: str, commune: str) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Lists, searches, counts and changes, each with a name."""
    project = programme.PROJECT
    reader = user_actor(db.session.query(User.id).filter_by(username=programme.READER).scalar())
    row = driver().execute("select min(id), max(id), max(changed_in) from submissions").fetchone()
    assert row is not None
    oldest, newest, changed = row
    middle = (oldest + newest) // 2
    households_ = driver().execute("select code from households order by id desc limit 1")
    household = str((households_.fetchone() or ("T-",))[0])
    for code in (province, commune):
        unit = find_by_code(code)
        assert unit is not None
        place = f"{unit.level} {unit.name}"
        for state in (None, "waiting", "approved", "rejected"):
            wanted = QueueFilter(project, unit.id, state=state)
            yield f"list, {state or 'all'}, {place}", lambda w=wanted: review_queue(reader, w)
            yield f"count, {state or 'all'}, {place}", lambda w=wanted: count_queue(reader, w)
        wanted = QueueFilter(project, unit.id)
        yield (
            f"list from the middle, {place}",
            lambda w=wanted: review_queue(reader, w, before=middle),
        )
        doubtful = QueueFilter(project, unit.id, flagged=True)
        yield f"list, with doubts, {place}", lambda w=doubtful: review_queue(reader, w)
        yield (
            f"next that waits, {place}",
            lambda w=wanted: next_waiting(
                reader, QueueFilter(project, w.unit_id, state="waiting"), middle
            ),
        )
        for what, text in {
            "a household": household,
            "a village's households": household[:-5],
            "a number": str(middle),
            "an instance id": f"uuid:{'0' * 8}-0000-0000-0000-{'0' * 12}",
            "a surveyor": "DTV",
        }.items():
            wanted = QueueFilter(project, unit.id, text=text)
            yield f"search by {what}, {place}", lambda w=wanted: review_queue(reader, w)
            yield f"count of {what}, {place}", lambda w=wanted: count_queue(reader, w)
        yield f"counts by state, {place}", lambda u=unit.id: count_by_state(reader, project, [u])
        whole = None if code == province else unit.id  # as the page asks
        registry = Search(project, whole)
        yield (
            f"households, {place}",
            lambda s=registry: households.find_households(reader, s, limit=100),
        )
        last = households.position_of(reader, registry, "place", _middle(unit.id))
        yield (
            f"households from the middle, {place}",
            lambda s=registry, a=last: households.find_households(reader, s, limit=100, after=a),
        )
        yield (
            f"count households, {place}",
            lambda s=registry: count_households(reader, s),
        )
        for sort in ("code", "id") if whole is None else ("code", "size", "changed", "id"):
            yield (
                f"households by {sort}, {place}",
                lambda s=registry, o=sort: households.find_households(reader, s, sort=o, limit=100),
            )
        yield (
            f"pairs of households, {place}",
            lambda u=unit.id: find_pairs(project, u, actor=reader),
        )
        named = Search(project, whole, household)
        yield (
            f"a household by its code, {place}",
            lambda s=named: households.find_households(reader, s, limit=50),
        )
    yield (
        "interviews of a household",
        lambda: naming.interviews_naming(reader, project, household),
    )
    yield "parked", lambda: list_parked(reader, project, limit=101)
    history = feed.changes_after(reader, project, None, 1).cursor.history
    for name, position in {
        "from the start": None,
        "from the middle": (changed // 2, 0),
        "the tail": (changed, newest),
    }.items():
        cursor = feed.Cursor(position, history) if position else None
        yield f"changes, {name}", lambda c=cursor: feed.changes_after(reader, project, c, 200)


def _middle(unit_id: int) -> int:
    """The household in the middle of those that a place has."""
    found = driver().execute(
        "select percentile_disc(0.5) within group (order by h.id) from households h"
        " join org_unit_ancestors a on a.unit_id = h.village_id and a.valid_to is null"
        " where a.ancestor_id = %s",
        (unit_id,),
    )
    return int((found.fetchone() or (0,))[0])


def explain(name: str, question: Callable[[], Any], *, full: bool) -> None:
    """Prints what a question's statements cost and how they are answered."""
    question()
    with captured() as statements:
        question()
    db.session.rollback()
    for statement, values in statements:
        plan = driver().execute(f"explain (analyze, buffers, format json) {statement}", values)
        told = (plan.fetchone() or [[{}]])[0][0]
        nodes = list(nodes_of(told["Plan"]))
        pages = told["Plan"]["Shared Hit Blocks"] + told["Plan"]["Shared Read Blocks"]
        by = dict.fromkeys(filter(None, map(access, nodes)))
        print(f"{name} | {told['Execution Time']:.1f} | {pages:,} | {', '.join(by)}")
        if full:
            text = driver().execute(f"explain (analyze, buffers) {statement}", values)
            print("\n".join(f"    {line}" for (line,) in text.fetchall()))
        db.session.rollback()


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes_of(inner)


def access(node: dict[str, Any]) -> str | None:
    """By which index a node reads, or which large table it reads whole."""
    if "Index Name" in node:
        return str(node["Index Name"])
    whole = node["Node Type"] == "Seq Scan" and node["Actual Rows"] + node.get(
        "Rows Removed by Filter", 0
    )
    return f"**{node['Relation Name']} whole**" if whole and whole > LARGE else None


LARGE = 5000  # rows


@contextmanager
def captured() -> Iterator[list[Asked]]:
    """The statements that are executed inside, with their values."""
    found: list[Asked] = []

    def note(_c: Any, _r: Any, statement: str, values: Any, *_: Any) -> None:
        found.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
