"""Scorecards for machines: definitions, scores, ranks, differences."""

import csv
import io

import pytest

from app.accounts.actors import OPERATOR
from app.db import transaction
from tests import people, releasing
from tests.scorecards.small import publish


@pytest.fixture
def scorecard(survey):
    return publish(survey.project.id)


def send(survey, *fibres):
    for household, fibre in zip(survey.ids, fibres, strict=False):
        survey.send(survey.instance(household, fibre=fibre))


def test_definitions(machine, scorecard):
    asking = machine()
    (item,) = asking.ask("/scorecards")["items"]

    assert item == {
        "code": "CDS", "version": 1, "year": 2026, "points": 50.0, "legal_basis": "QĐ 1",
        "labels": {"vi": "Xã hội số", "en": "Digital society"}, "due_on": None,
    }  # fmt: skip
    whole = asking.ask("/scorecards/CDS")
    assert [one["code"] for one in whole["criteria"]] == ["A", "B", "C", "D"]
    assert whole["criteria"][0]["target"] == "4/5"
    asking.ask("/scorecards/NIX", 404)


def test_scores_say_what_is_missing(machine, survey, commune, scorecard):
    send(survey, "1", "1", "0")
    (item,) = machine().ask(f"/scorecards/CDS/scores?unit={commune.id}")["items"]

    # 2/3 / 0.8 · 20 = 16.666…; 10
    assert (item["points"], item["of"]) == (26.67, 30.0)
    assert item["unrounded"] == pytest.approx(80 / 3)
    assert item["unit"]["code"] == people.IA_DOM
    first, _, third, _ = item["criteria"]
    assert first["value"] == pytest.approx(2 / 3)
    # slope 25 · √(2/5 · 2/9 / 2)
    assert first["se"] == pytest.approx(25 * (0.4 * 2 / 9 / 2) ** 0.5)
    assert (third["points"], third["value"], third["missing"]) == (None, None, "not_reported")


def test_scores_as_csv(machine, survey, commune, scorecard):
    send(survey, "1")
    answer = machine().open(f"/scorecards/CDS/scores?unit={commune.id}&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert [(row["criterion"], row["points"], row["missing"]) for row in rows] == [
        ("A", "20.0", ""), ("B", "10.0", ""), ("C", "", "not_reported"), ("D", "", "not_reported"),
    ]  # fmt: skip


def test_ranks(machine, survey, commune, scorecard):
    send(survey, "1", "0", "1", "1", "1")
    asking = machine("province_analyst", people.GIA_LAI)
    answer = asking.ask("/scorecards/CDS/ranking")
    first, *others = answer["items"]

    assert (first["rank"], first["best"], first["worst"], first["ranked"]) == (1, 1, 1, 1)
    assert (first["points"], first["se"]) == (30.0, 0.0)
    assert {one["rank"] for one in others} == {None}
    assert others[0]["lacks"] == ["A", "B"]
    assert (answer["basis"], answer["left_out"]) == (["A", "B"], [])
    rows = list(csv.DictReader(io.StringIO(asking.open("/scorecards/CDS/ranking?format=csv").text)))
    assert [row["unit_name"] for row in rows if row["rank"]] == ["Ia Dom"]


def test_a_difference_of_two_places(machine, survey, commune, scorecard):
    send(survey, "1", "1", "0")
    asking = machine("province_analyst", people.GIA_LAI)
    where = f"/scorecards/CDS/difference?unit={commune.id}"

    same = asking.ask(f"/scorecards/CDS/difference?code={people.IA_DOM}&with_round=2026-1")
    assert (same["points"], [one["criterion"] for one in same["criteria"]]) == (0.0, ["A", "B"])
    other = asking.ask(f"{where}&with_unit={people.unit(people.PLEIKU).id}")
    assert other["criteria"] == []
    asking.ask(f"{where}&with_round=nix", 404)
    asking.ask("/scorecards/CDS/difference?with_round=2026-1", 422)
    asking.ask(where, 422)  # with what?
    machine().ask(f"{where}&with_unit={people.unit(people.PLEIKU).id}", 404)


def test_the_joint_error_of_one_place(machine, survey, commune, scorecard):
    for household, fibre, phone in zip(survey.ids, "100", "022", strict=False):
        members = [(40, "2"), (50, phone)]
        survey.send(survey.instance(household, fibre=fibre, members=members))
    asking = machine("province_analyst", people.GIA_LAI)
    where = f"/scorecards/CDS/scores?unit={commune.id}"
    (added,), (joint,) = (asking.ask(f"{where}{more}")["items"] for more in ("", "&error=joint"))
    lines = [line["se"] for line in added["criteria"] if line["points"] is not None]
    assert added["se"] == sum(lines)
    assert 0 < joint["se"] < added["se"]
    assert joint["ci_high"] < added["ci_high"]
    asking.ask(f"/scorecards/CDS/scores?unit={people.unit(people.GIA_LAI).id}&error=joint", 400)


def test_keys_without_interviews_read_what_was_given_out(machine, survey, commune, scorecard):
    send(survey, "1", "1", "1", "1", "1")
    asking = machine("api_client", people.GIA_LAI)
    where = f"/scorecards/CDS/scores?unit={commune.id}"
    (before,) = asking.ask(where)["items"]
    with transaction():
        releasing.release(survey.round, OPERATOR)
    (after,) = asking.ask(where)["items"]

    assert {line["missing"] for line in before["criteria"]} == {"withheld", "not_given_out"}
    sums = ("points", "unrounded", "se", "ci_low", "ci_high")
    assert {before[name] for name in sums} == {None}
    assert (after["points"], after["of"]) == (30.0, 30.0)
    assert asking.ask("/scorecards/CDS/ranking")["items"][0]["rank"] == 1
