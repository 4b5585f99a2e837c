"""Branches of several phones, in any order in which they may arrive."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from app.entities.merge import Held, Refused, Version, next_version
from app.xforms.entity_actions import EntityAction

ID = "3fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f111"


def phone(branch: str, trunk: int, length: int) -> list[EntityAction]:
    """What a phone changes without signal: a property of its own, and one of everybody."""
    return [
        EntityAction(
            "trees", ID, update=True, base=trunk + step, trunk=trunk, branch=branch,
            values={branch: str(step), "shared": f"{branch}{step}"},
        )
        for step in range(length)
    ]  # fmt: skip


def replay(arrivals: list[EntityAction]) -> list[Version]:
    """What the server does: each in its turn, and what waited once its predecessor is there."""
    history = [Version(1, "lim", {"shared": ""})]
    waiting: list[EntityAction] = []
    for action in arrivals:
        waiting.append(action)
        number = 0
        while number < len(waiting):
            made = next_version(history, waiting[number])
            assert not isinstance(made, Refused)
            if isinstance(made, Held):
                number += 1
            else:
                history.append(made)
                waiting.pop(number)
                number = 0
    assert waiting == []
    return history


@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_two_phones_in_any_order(data, first, second):
    made = [*phone("a", 1, first), *phone("b", 1, second)]
    history = replay(data.draw(st.permutations(made)))

    assert [v.number for v in history] == list(range(1, first + second + 2))
    for branch, length in (("a", first), ("b", second)):
        own = [v for v in history if v.branch == branch]
        assert [v.data[branch] for v in own] == [str(step) for step in range(length)]
        assert history[-1].data[branch] == str(length - 1)
    last = history[-1]
    assert last.data["shared"] == f"{last.branch}{last.data[last.branch or '']}"
    # Whatever the order: one phone's changes are a surprise to the other's.
    assert any(v.conflict for v in history)


@given(st.permutations(phone("a", 1, 5)))
def test_one_phone_ends_the_same_in_any_order_and_without_conflict(arrivals):
    history = replay(arrivals)
    assert history[-1].data == {"a": "4", "shared": "a4"}
    assert {v.conflict for v in history} == {None}


def test_a_branch_that_another_hand_interrupted_is_flagged():
    first, second, third = phone("a", 1, 3)
    history = [Version(1, "lim", {"shared": ""})]
    for action in (first, EntityAction("trees", ID, update=True, base=2, values={"x": "1"})):
        made = next_version(history, action)
        assert isinstance(made, Version)
        history.append(made)
    made = next_version(history, second)
    assert isinstance(made, Version)
    assert (made.number, made.conflict, made.clashes) == (4, "soft", ())
    history.append(made)
    later = next_version(history, third)
    assert isinstance(later, Version)
    assert later.conflict == "soft"


def test_saying_the_same_is_no_clash():
    history = [Version(1, "lim", {"girth": "1"}), Version(2, "lim", {"girth": "2"}, base=1)]
    change = EntityAction("trees", ID, update=True, base=1, values={"girth": "2"})
    made = next_version(history, change)
    assert isinstance(made, Version)
    assert (made.conflict, made.clashes) == ("soft", ())


def test_a_change_that_need_not_wait_makes_the_entity_and_its_create_follows():
    change = EntityAction("trees", ID, update=True, base=2, branch="a", values={"girth": "2"})
    assert isinstance(next_version([], change), Held)
    made = next_version([], change, force=True)
    assert isinstance(made, Version)
    assert (made.number, made.label, made.forced) == (1, ID, True)
    create = EntityAction("trees", ID, create=True, branch="a", label="lim", values={"girth": "1"})
    later = next_version([made], create)
    assert isinstance(later, Version)
    assert (later.label, later.data, later.conflict) == ("lim", {"girth": "1"}, "hard")


def test_nothing_is_made_of_what_is_deleted():
    numbers = count(1)
    history = [Version(next(numbers), "lim")]
    for action in (phone("a", 1, 1)[0], EntityAction("trees", ID, create=True, label="lim")):
        assert next_version(history, action, deleted=True) == Refused("deleted")
