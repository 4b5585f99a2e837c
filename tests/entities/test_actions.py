"""From phones to lists: what interviews make of entities, in whatever order they come."""

import uuid
from itertools import permutations

import pytest

from app import pipeline
from app.accounts.actors import OPERATOR, user_actor
from app.accounts.models import User
from app.db import db, driver, transaction
from app.entities import settle
from app.entities.models import Entity, EntityList
from app.entities.registry import properties_of, set_needs_approval
from app.submissions.models import Submission
from tests import people
from tests.entities import trees
from tests.entities.trees import changed_tree, entity_xml, history, new_tree, states, tree_xml
from tests.survey import new_id, start_survey

TREE = "3fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f111"
OFFLINE = {"branchId": f"b-{TREE}", "trunkVersion": ""}


@pytest.fixture
def survey(app):
    survey = start_survey(policy="hold-all", households=1)
    trees.publish(survey)
    return survey


def test_publishing_enters_the_list_with_its_properties(survey):
    [entity_list] = db.session.query(EntityList).all()
    assert (entity_list.name, entity_list.needs_approval) == ("trees", False)
    found = [(item.name, item.is_personal) for item in properties_of(entity_list.id)]
    assert found == [("species", False), ("girth", False), ("owner", True)]


def test_an_interview_makes_an_entity(survey):
    assert survey.send(new_tree(survey, TREE, species="lim", girth="12")).case == "new"

    tree = trees.the_tree()
    assert (tree.uuid, tree.label, tree.version, tree.conflict) == (TREE, "lim 1", 1, None)
    assert tree.data == {"species": "lim", "girth": "12"}
    assert tree.unit_id == survey.village.id
    assert states() == [("applied", None, 1)]


def test_a_change_touches_only_what_was_asked(survey):
    survey.send(new_tree(survey, TREE, species="lim", girth="12", owner="An"))
    survey.send(changed_tree(survey, TREE, 1, girth="13", owner=""))

    assert trees.the_tree().data == {"species": "lim", "girth": "13", "owner": ""}
    assert trees.the_tree().label == "lim 1"
    assert [version[0] for version in history()] == [1, 2]


CHAIN = (
    {"species": "lim", "girth": "1"},
    {"girth": "2", "owner": "An"},
    {"girth": "3"},
    {"owner": "Bình", "label": "lim 3"},
)


def chain(survey):
    """A tree that is made and changed three times before the phone finds a signal."""
    made, *changed = CHAIN
    yield new_tree(survey, TREE, **made)
    for base, said in enumerate(changed, 1):
        yield changed_tree(survey, TREE, base, **OFFLINE, **said)


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_a_chain_without_signal_ends_the_same_in_all_24_orders(survey, order):
    sent = list(chain(survey))
    for place, number in enumerate(order):
        # Some come together, some when the earlier ones are read already.
        (survey.send if (place + sum(order[:2])) % 2 else survey.post)(sent[number])
    pipeline.settle()

    tree = trees.the_tree()
    assert (tree.version, tree.label, tree.conflict) == (4, "lim 3", None)
    assert tree.data == {"species": "lim", "girth": "3", "owner": "Bình"}
    assert [(v, data.get("girth")) for v, _, data, _ in history()] == [
        (1, "1"), (2, "2"), (3, "3"), (4, "3"),
    ]  # fmt: skip
    assert {state for state, _, _ in states()} == {"applied"}


def test_what_waits_for_its_predecessor_is_shown_as_held_and_counts_as_settled(survey):
    _, change, later, _ = chain(survey)
    survey.send(later)
    survey.send(change)
    assert states() == [("held", None, None)] * 2
    assert db.session.query(Entity).count() == 0


def test_two_phones_change_different_things_softly(survey):
    survey.send(new_tree(survey, TREE, species="lim", girth="1"))
    survey.send(changed_tree(survey, TREE, 1, girth="2"))
    survey.send(changed_tree(survey, TREE, 1, owner="An"))

    tree = trees.the_tree()
    assert (tree.version, tree.conflict) == (3, "soft")
    assert tree.data == {"species": "lim", "girth": "2", "owner": "An"}


def test_a_chain_that_another_phone_interrupts_is_flagged_to_its_end(survey):
    branch = {"branchId": "b", "trunkVersion": 1}
    survey.send(new_tree(survey, TREE, girth="1"))
    survey.send(changed_tree(survey, TREE, 1, **branch, girth="2"))
    survey.send(changed_tree(survey, TREE, 2, owner="An"))
    survey.send(changed_tree(survey, TREE, 2, **branch, girth="3"))
    survey.send(changed_tree(survey, TREE, 3, **branch, girth="4"))

    assert [conflict for *_, conflict in history()] == [None, None, None, "soft", "soft"]
    assert trees.the_tree().data == {"girth": "4", "owner": "An"}


def test_two_phones_change_the_same_thing_and_the_last_wins(survey):
    survey.send(new_tree(survey, TREE, species="lim", girth="1"))
    survey.send(changed_tree(survey, TREE, 1, girth="2"))
    survey.send(changed_tree(survey, TREE, 1, girth="3"))
    survey.send(changed_tree(survey, TREE, 3, owner="An"))

    tree = trees.the_tree()
    assert (tree.version, tree.conflict, tree.data["girth"]) == (4, "hard", "3")
    clashes = driver().execute("select clashes from entity_versions where version = 3").fetchone()
    assert clashes == (["girth"],)


def test_both_create_and_update_makes_what_is_not_there(survey):
    for girth in "12":
        survey.send(changed_tree(survey, TREE, 1, create=1, label="lim", girth=girth))
    assert (trees.the_tree().version, trees.the_tree().data) == (2, {"girth": "2"})
    assert [state for state, _, _ in states()] == ["applied", "applied"]


@pytest.mark.parametrize(
    ("entity", "problem"),
    [
        (entity_xml("lim", id="", create=1), "no-id"),
        (entity_xml("lim", id="3fb0ad59-6c5d-1d4a-9a7e-39c2f7b3f111", create=1), "bad-id"),
        (entity_xml("lim", id="tree 1", create=1), "bad-id"),
        (entity_xml("", id=TREE, create=1), "no-label"),
        (entity_xml(None, id=TREE, create=1), "no-label"),
        (entity_xml(None, id=TREE, update=1), "no-base"),
        (entity_xml(None, id=TREE, update=1, baseVersion="two"), "bad-version"),
        (entity_xml("lim", id=TREE, create=1, trunkVersion="-1"), "bad-version"),
        (entity_xml(None, id=TREE, update=1, baseVersion=1), "not-here"),
        (entity_xml("lim", id=TREE, list_name="houses", create=1), "other-list"),
        (entity_xml("lim", id=TREE, list_name="houses' or ''='", create="true"), "other-list"),
    ],
)
def test_a_bad_entity_never_fails_its_interview(survey, entity, problem):
    assert survey.send(tree_xml(survey, entity, girth="1")).case == "new"

    assert db.session.query(Submission).count() == 1
    assert states() == [("failed", problem, None)]
    assert db.session.query(Entity).count() == 0


def test_neither_create_nor_update_asks_for_nothing(survey):
    survey.send(tree_xml(survey, entity_xml("lim", create=0, update="false")))
    assert states() == []


@pytest.mark.parametrize("written", ["uuid:{}", "UUID:{}", " {} "])
def test_ids_are_written_in_many_ways(survey, written):
    survey.send(tree_xml(survey, entity_xml("lim", id=written.format(TREE.upper()), create="TRUE")))
    assert trees.the_tree().uuid == TREE


def test_an_id_that_is_here_is_not_made_again(survey):
    for label in ("lim", "dầu"):
        survey.send(new_tree(survey, TREE, label))
    assert states() == [("applied", None, 1), ("failed", "exists", None)]
    assert trees.the_tree().label == "lim"


def test_versions_that_never_were_are_refused(survey):
    survey.send(new_tree(survey, TREE))
    survey.send(changed_tree(survey, TREE, 7, girth="1"))
    survey.send(changed_tree(survey, TREE, 7, branchId="b", trunkVersion=7, girth="1"))
    survey.send(changed_tree(survey, TREE, 8, branchId="b", trunkVersion=7, girth="1"))
    assert [problem for _, problem, _ in states()] == [None, *["version-unknown"] * 3]


def test_a_phone_without_signal_goes_on_from_what_the_server_had(survey):
    survey.send(new_tree(survey, TREE, girth="1"))
    survey.send(changed_tree(survey, TREE, 1, girth="2"))
    branch = {"branchId": "b", "trunkVersion": 2}
    survey.send(changed_tree(survey, TREE, 3, **branch, girth="4"))
    survey.send(changed_tree(survey, TREE, 2, **branch, girth="3"))

    assert [(data["girth"], conflict) for _, _, data, conflict in history()] == [
        ("1", None), ("2", None), ("3", None), ("4", None),
    ]  # fmt: skip


def test_the_same_interview_again_changes_nothing(survey):
    xml = new_tree(survey, TREE)
    survey.send(xml)
    assert survey.send(xml).case == "repeat"
    with transaction():
        driver().execute("insert into inbox (instance_pk) select id from instances")
    pipeline.settle()
    assert (trees.the_tree().version, len(states())) == (1, 1)


def test_an_edit_changes_the_interview_and_not_the_entity(survey):
    own = new_id()
    entity = entity_xml("lim", id=TREE, create=1)
    survey.send(tree_xml(survey, entity, instance_id=own, girth="1"))
    survey.send(tree_xml(survey, entity, deprecated_id=own, girth="2"))

    assert states() == [("applied", None, 1), ("ignored", "edited", None)]
    assert trees.the_tree().data == {"girth": "1"}


def test_an_edit_mends_what_failed(survey):
    own = new_id()
    survey.send(tree_xml(survey, entity_xml("", id=TREE, create=1), instance_id=own))
    survey.send(tree_xml(survey, entity_xml("lim", id=TREE, create=1), deprecated_id=own))
    assert [state for state, _, _ in states()] == ["failed", "applied"]
    assert trees.the_tree().label == "lim"


@pytest.fixture
def approving(survey):
    """The same, where interviews change the list once they are approved."""
    with transaction():
        people.person("commune_lead", of=survey.project)
        set_needs_approval(survey.project.id, "trees", needs_approval=True, actor=OPERATOR)
    return survey


def approve(state="approved"):
    db.session.rollback()
    lead = user_actor(db.session.query(User.id).one()[0])
    for (submission_id,) in db.session.query(Submission.id).order_by(Submission.id).all():
        with transaction():
            pipeline.decide(submission_id, state, "vì sao", lead)


def test_a_list_may_wait_for_approval(approving):
    approving.send(new_tree(approving, TREE))
    assert states() == [("waiting", None, None)]
    approve("rejected")
    assert states() == [("waiting", None, None)]
    approve()
    assert states() == [("applied", None, 1)]


def test_the_approved_version_is_what_counts(approving):
    own = new_id()
    entity = entity_xml("lim", id=TREE, create=1)
    approving.send(tree_xml(approving, entity, instance_id=own, girth="1"))
    approving.send(tree_xml(approving, entity, deprecated_id=own, girth="2"))
    approve()
    assert trees.the_tree().data == {"girth": "2"}
    assert [state for state, _, _ in states()] == ["waiting", "applied"]


def test_a_policy_that_approves_applies_at_once(approving):
    with transaction():
        driver().execute("update rounds set review_policy = 'approve-unflagged'")
    approving.send(new_tree(approving, TREE))
    assert [state for state, _, _ in states()] == ["applied"]


def test_approval_that_is_not_asked_for_any_more_lets_through_what_waits(approving):
    for xml in reversed(list(chain(approving))):
        approving.send(xml)
    with transaction():
        set_needs_approval(approving.project.id, "trees", needs_approval=False, actor=OPERATOR)
    assert trees.the_tree().version == 4


def test_a_repeat_makes_one_for_each_row_and_a_group_saves_too(survey):
    trees.publish(survey, trees.PLOT)
    rows = "".join(
        f"<tree><species>{name}</species><meta>{entity_xml(name, create=1)}</meta></tree>"
        for name in ("lim", "", "dầu")
    )
    plot = entity_xml("An", list_name="plots", create=1)
    xml = (
        '<data id="plot" version="1"><today>2026-11-22</today>'
        f"<village_id>{survey.village.public_id}</village_id>{rows}"
        f"<about><owner>An</owner><meta>{plot}</meta></about>"
        f"<meta><instanceID>{new_id()}</instanceID></meta></data>"
    )
    survey.send(xml.encode())

    db.session.rollback()
    found = db.session.query(EntityList.name, Entity.label, Entity.data).join(
        Entity, Entity.list_id == EntityList.id
    )
    assert sorted(map(tuple, found), key=str) == [
        ("plots", "An", {"owner": "An"}),
        ("trees", "dầu", {"species": "dầu"}),
        ("trees", "lim", {"species": "lim"}),
    ]
    assert ("failed", "no-label", None) in states()


def test_a_fault_of_ours_leaves_the_interview_whole(survey, monkeypatch):
    real = settle.next_version
    monkeypatch.setattr(settle, "next_version", lambda *_, **__: 1 / 0)
    survey.send(new_tree(survey, TREE))
    monkeypatch.setattr(settle, "next_version", real)
    assert states() == [("failed", "fault", None)]
    assert db.session.query(Submission).count() == 1


def test_forms_without_entities_ask_the_database_nothing_more(survey, monkeypatch):
    monkeypatch.setattr("app.entities.actions._note", lambda *_: pytest.fail("it looked"))
    monkeypatch.setattr("app.entities.actions.settle", lambda *_: pytest.fail("it looked"))
    survey.send(survey.instance(survey.ids[0]))
    assert db.session.query(Submission).count() == 1


def test_a_list_in_two_villages_moves_with_its_interviews(survey):
    other = survey.add_village("Làng Ốp")
    survey.send(new_tree(survey, TREE))
    survey.send(changed_tree(survey, TREE, 1, village=other.public_id, girth="2"))
    assert trees.the_tree().unit_id == other.id
    rows = driver().execute("select unit_id, revision from entity_places order by unit_id")
    assert rows.fetchall() == sorted([(survey.village.id, 2), (other.id, 1)])


def test_many_at_once(survey):
    for _ in range(20):
        survey.post(new_tree(survey, str(uuid.uuid4())))
    pipeline.settle()
    assert db.session.query(Entity).count() == 20
