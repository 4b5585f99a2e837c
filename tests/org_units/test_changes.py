"""Places merge, split, get other names and move; the tree stays a tree on every day."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.db import db, driver
from app.errors import BadRequest, Conflict, NotFound, Problem
from app.org_units import changes, crosswalk, hierarchy
from app.org_units.changes import Decision, Newcomer
from app.org_units.closure import rebuild
from app.org_units.tree import read_tree
from app.org_units.undo import undo
from tests.people import IA_DOM, PLEIKU, unit, village

pytestmark = pytest.mark.usefixtures("app")

MAY = Decision(date(2026, 5, 1), "Nghị quyết 12/NQ-HĐND", "operator")
EVE = date(2026, 4, 30)
FACTS = ("org_units", "org_unit_codes", "org_unit_parents", "org_unit_names",
         "org_unit_successions", "org_unit_ancestors")  # fmt: skip


def state() -> dict[str, set[tuple]]:
    """Everything that is said of villages and of the two communes, as rows."""
    db.session.flush()
    wanted = "select id from org_units where level = 'village' or valid_from > '2025-07-01'"
    rows = {}
    for table in FACTS:
        column = {"org_units": "id", "org_unit_codes": "org_unit_id",
                  "org_unit_successions": "predecessor_id"}.get(table, "unit_id")  # fmt: skip
        found = driver().execute(f"select * from {table} where {column} in ({wanted})")
        rows[table] = {tuple(map(str, row)) for row in found}
    return rows


def test_villages_merge_from_a_day_on():
    one, two = village("Mook Đen"), village("Mook Trang")

    event = changes.merge([one.id, two.id], Newcomer("Mook", "làng"), MAY)

    (made,) = (int(unit_id) for unit_id in event.detail["made"])
    assert hierarchy.parent(made).name == "Ia Dom"
    names = [place.name for place in hierarchy.children(unit(IA_DOM).id)]
    assert names == ["Mook"]
    before = [place.name for place in hierarchy.children(unit(IA_DOM).id, EVE)]
    assert before == ["Mook Đen", "Mook Trang"]
    assert [match.unit.id for match in crosswalk.on_date(one.id, MAY.on)] == [made]
    # The ground of a village that has ended lies where that of its heir does.
    assert [place.name for place in hierarchy.ancestors(one.id)] == ["Ia Dom", "Gia Lai"]


def test_a_commune_splits_with_its_villages_and_is_put_together_again():
    one, two = village("Mook Đen"), village("Mook Trang")
    before = state()
    parts = [Newcomer("Ia Dom Một", "xã", "99991", (one.id,)),
             Newcomer("Ia Dom Hai", "xã", "99992", (two.id,))]  # fmt: skip

    event = changes.split(unit(IA_DOM).id, parts, MAY)

    assert hierarchy.parent(one.id).name == "Ia Dom Một"
    assert hierarchy.parent(one.id, EVE).name == "Ia Dom"
    old = changes.find_by_code(IA_DOM, on=EVE)
    assert crosswalk.find_as_of(IA_DOM) is None
    assert {match.extent for match in crosswalk.on_date(old.id, MAY.on)} == {"part"}
    assert [place.name for place in hierarchy.ancestors(old.id)] == ["Gia Lai"]

    undo(event.id)

    assert state() == before
    assert hierarchy.parent(one.id).name == "Ia Dom"


def test_every_village_of_a_split_commune_is_given_away_once():
    one, two = village("Mook Đen"), village("Mook Trang")
    for takes in ([(one.id,), ()], [(one.id, two.id), (two.id,)]):
        parts = [Newcomer(f"Mới {i}", "xã", f"9999{i}", t) for i, t in enumerate(takes)]
        with pytest.raises(BadRequest, match="Mook Trang"):
            changes.split(unit(IA_DOM).id, parts, MAY)


def test_a_new_name_holds_from_its_day_and_the_old_one_before():
    mook = village("Mook Đen")

    changes.rename(mook.id, "Mook  Den Mới", MAY)

    assert mook.name == "Mook Den Mới"
    assert read_tree(EVE).places[mook.id].name == "Mook Đen"
    assert read_tree(MAY.on).places[mook.id].name == "Mook Den Mới"
    changes.retype(mook.id, "Tổ dân phố", Decision(date(2026, 6, 1), "QĐ 2"))
    assert (mook.type, read_tree(MAY.on).places[mook.id].type) == ("tổ dân phố", "làng")


def test_a_village_moves_to_another_commune():
    mook = village("Mook Đen")

    changes.move(mook.id, unit(PLEIKU).id, MAY)

    assert hierarchy.commune_of(mook.id) == unit(PLEIKU)
    assert hierarchy.commune_of(mook.id, EVE) == unit(IA_DOM)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda v: changes.rename(v, "Khác", Decision(MAY.on, " ")), "Name the decision"),
        (lambda v: changes.rename(v, "Khác", Decision(date(2099, 1, 1), "QĐ 1")), "still to come"),
        (lambda v: changes.rename(v, "Khác", Decision(date(2025, 7, 1), "QĐ 1")), "2025-07-01"),
        (lambda v: changes.rename(v, "Mook Đen", MAY), "called so already"),
        (lambda v: changes.rename(v, " ’ ", MAY), "needs a name"),
        (lambda v: changes.merge([v, v], Newcomer("M", "làng"), MAY), "at least two"),
        (lambda v: changes.merge([v, unit(IA_DOM).id], Newcomer("M", "làng"), MAY), "one level"),
        (lambda v: changes.split(v, [Newcomer("M", "làng")], MAY), "at least two"),
        (lambda v: changes.move(v, unit(IA_DOM).id, MAY), "already"),
        (lambda v: changes.move(v, unit("52").id, MAY), "one level"),
        (
            lambda v: changes.split(v, [Newcomer("M", "làng"), Newcomer("M", "làng")], MAY),
            "this name and type",
        ),
        (
            lambda v: changes.split(v, [Newcomer(n, "làng", "00001") for n in "AB"], MAY),
            "villages none",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(change, refusal):
    mook = village("Mook Đen")

    with pytest.raises(Problem, match=refusal):
        change(mook.id)


def test_a_taken_code_is_refused():
    parts = [Newcomer("Một", "xã", PLEIKU), Newcomer("Hai", "xã", "99992")]

    with pytest.raises(Conflict, match=PLEIKU):
        changes.split(unit(IA_DOM).id, parts, MAY)


def test_changes_are_undone_in_reverse_order_once():
    mook = village("Mook Đen")
    first = changes.rename(mook.id, "Hai", MAY).id
    second = changes.rename(mook.id, "Ba", Decision(date(2026, 6, 1), "QĐ 2")).id

    with pytest.raises(Conflict, match=f"later change {second}"):
        undo(first)
    undo(second)
    undo(first)
    assert mook.name == "Mook Đen"
    with pytest.raises(Conflict, match="undone already"):
        undo(first)
    with pytest.raises(NotFound):
        undo(db.session.scalar(text("select id from org_unit_events where kind = 'reform'")))


def test_what_something_rests_on_is_not_undone():
    one, two = village("Một"), village("Hai")
    event = changes.merge([one.id, two.id], Newcomer("Ba", "làng"), MAY)
    db.session.execute(
        text("insert into projects (name, org_unit_id) values ('x', :unit)"),
        {"unit": int(event.detail["made"][0])},
    )

    with pytest.raises(Conflict, match="projects"):
        undo(event.id)


def test_the_reform_is_no_change_of_ours():
    assert read_tree(date(2025, 6, 30)).by_code["032"].name == "Hoàng Su Phì"
    today = read_tree()
    assert [place.name for place in today.ancestors(today.by_code[IA_DOM].id)] == ["Gia Lai"]
    assert len(list(today.descendants(today.by_code["52"].id))) == 135


def check_tree(on: date) -> None:
    """Each village of the day lies in one commune and one province of it, and in nothing else."""
    rows = (
        driver()
        .execute(
            "select a.unit_id, a.distance, u.level, a.ancestor_id = p.parent_id"
            " from org_unit_ancestors a"
            " join org_units v on v.id = a.unit_id and v.level = 'village'"
            " and v.valid_from <= %(on)s and coalesce(v.valid_to, 'infinity') >= %(on)s"
            " join org_units u on u.id = a.ancestor_id"
            " and u.valid_from <= %(on)s and coalesce(u.valid_to, 'infinity') >= %(on)s"
            " left join org_unit_parents p on p.unit_id = v.id"
            " and p.valid_from <= %(on)s and coalesce(p.valid_to, 'infinity') >= %(on)s"
            " where a.valid_from <= %(on)s and coalesce(a.valid_to, 'infinity') >= %(on)s",
            {"on": on},
        )
        .fetchall()
    )
    found: dict[int, set] = {}
    for unit_id, distance, level, is_parent in rows:
        found.setdefault(unit_id, set()).add((distance, level))
        assert (distance == 1) == is_parent
    assert found
    for levels in found.values():
        assert levels == {(0, "village"), (1, "commune"), (2, "province")}


def random_change(chance: random.Random, decision: Decision, number: int):
    """Some change of the villages there are now."""
    there = [place.id for code in (IA_DOM, PLEIKU) for place in hierarchy.children(unit(code).id)]
    one = chance.choice(there)
    kind = chance.choice(["merge", "split", "rename", "move"])
    if kind == "merge":
        siblings = [p.id for p in hierarchy.children(hierarchy.parent(one).id) if p.id != one]
        return changes.merge(
            [one, chance.choice(siblings)], Newcomer(f"G{number}", "bản"), decision
        )
    if kind == "split":
        parts = [Newcomer(f"T{number} {part}", "bản") for part in "AB"]
        return changes.split(one, parts, decision)
    if kind == "rename":
        return changes.rename(one, f"Tên {number}", decision)
    target = unit(PLEIKU if hierarchy.parent(one).id == unit(IA_DOM).id else IA_DOM)
    return changes.move(one, target.id, decision)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_changes_the_tree_is_a_tree_on_every_day_and_undoing_restores_all(seed):
    chance = random.Random(seed)
    for number in range(4):
        village(f"Một {number}")
        village(f"Hai {number}", PLEIKU)
    history = [(state(), None)]
    for number in range(7):
        day = date(2026, 1, 10) + timedelta(days=10 * number)
        event = random_change(chance, Decision(day, f"QĐ {number}"), number)
        history.append((state(), event.id))
        for on in (date(2025, 8, 1), day - timedelta(days=1), day, date(2026, 11, 1)):
            check_tree(on)

    kept_up = state()["org_unit_ancestors"]
    rebuild()
    assert state()["org_unit_ancestors"] == kept_up
    for (before, _), (_, event_id) in zip(history[-2::-1], history[::-1], strict=False):
        undo(event_id)
        assert state() == before
