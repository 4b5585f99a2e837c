"""A commune's card by machine: from its own points, with evidence, to what the province grants."""

import pytest

from tests import people
from tests.scorecards.small import publish

CARD = "/scorecards/CDS/card"
PDF = b"%PDF-1.7 a decision"


@pytest.fixture
def scorecard(survey):
    for household, fibre in zip(survey.ids, "11000", strict=True):
        survey.send(survey.instance(household, fibre=fibre))
    return publish(survey.project.id)


class Commune:
    """The machine of a commune's lead, and what it does with the card of Ia Dom."""

    def __init__(self, machine):
        self.machine = machine

    def put(self, criterion, status=200, **said):
        where = f"{CARD}/criteria/{criterion}?code={people.IA_DOM}"
        return self.machine.ask(where, status, "PUT", json=said)

    def step(self, name, status=200, **said):
        return step(self.machine, name, status, **said)

    def attach(self, name="quyết định.pdf", content=PDF, status=200):
        where = f"{CARD}/criteria/D/files/{name}?code={people.IA_DOM}"
        return self.machine.ask(where, status, "POST", data=content)

    def complete(self):
        self.put("C", reported="1")
        self.put("D", reported="yes")
        self.attach()
        self.put("A", own=15, explanation="Có 12 hộ chưa kịp nhập")
        for name in ("review", "explain", "submit"):
            answer = self.step(name)
        return answer


def step(machine, name, status=200, **said):
    where = f"{CARD}/steps?code={people.IA_DOM}"
    return machine.ask(where, status, "POST", json={"step": name, **said})


@pytest.fixture
def lead(machine, scorecard):
    return Commune(machine("commune_lead"))


@pytest.fixture
def province(machine, scorecard):
    return machine("province_analyst", people.GIA_LAI)


def lines(card):
    return {line["criterion"]: line for line in card["criteria"]}


def test_a_card_nobody_wrote_into_is_what_was_computed(lead):
    card = lead.machine.ask(f"{CARD}?code={people.IA_DOM}")

    # 2/5 ÷ 0.8 · 20 = 10, and 10.
    assert (card["state"], card["computed"], card["claimed"], card["of"]) == (
        "computed", 20.0, 20.0, 30.0,
    )  # fmt: skip
    assert (card["granted"], card["steps"], card["unit"]["code"]) == (None, ["review"], "23872")
    assert lines(card)["C"]["lacks"] == ["not_reported"]


def test_the_whole_way(lead, province):
    card = lead.complete()
    assert (card["state"], card["claimed"], card["steps"]) == ("submitted", 40.0, [])
    assert lines(card)["A"]["own"] == 15.0
    (file,) = lines(card)["D"]["files"]
    assert (file["name"], file["size"]) == ("quyết định.pdf", len(PDF))

    where = f"{CARD}/criteria/A/granted?code={people.IA_DOM}"
    refused = province.ask(where, 400, "PUT", json={"points": 13.25})
    assert "write a remark" in refused["message"]
    granted = province.ask(where, 200, "PUT", json={"points": "13.25", "remark": "9 hợp đồng"})
    assert (lines(granted)["A"]["granted"], granted["granted"]) == (13.25, None)
    closed = step(province, "appraise")
    assert (closed["state"], closed["granted"], closed["computed"]) == ("appraised", 38.25, 35.0)
    assert step(province, "return", reason="Thiếu biên bản")["state"] == "returned"


def test_every_change_is_told_with_what_was(lead, province):
    lead.complete()
    acts = province.ask(f"{CARD}/history?code={people.IA_DOM}")["items"]

    assert [act["action"].partition(".")[2] for act in acts] == [
        "submitted", "explained", "reviewed", "written", "file_added", "written", "written",
    ]  # fmt: skip
    assert acts[3]["criterion"] == "A"
    assert (acts[3]["before"], acts[3]["after"]["own"]) == ({}, "15.00")
    named = province.ask(f"{CARD}/history?code={people.IA_DOM}&criterion=D")["items"]
    assert len(named) == 2


def test_a_long_history_goes_on(lead, monkeypatch):
    monkeypatch.setattr("app.api.cards.NEWEST", 2)
    for own in ("1", "2", "3"):
        lead.put("A", own=own, explanation="x")
    first = lead.machine.ask(f"{CARD}/history?code={people.IA_DOM}")
    rest = lead.machine.ask(f"{CARD}/history?code={people.IA_DOM}&next={first['next']}")

    assert [act["after"]["own"] for act in first["items"]] == ["3.00", "2.00"]
    assert ([act["after"]["own"] for act in rest["items"]], rest["next"]) == (["1.00"], None)


def test_files_come_back_as_they_went_and_stay_on_record_when_removed(lead, province):
    file = lead.attach()
    answer = province.open(f"/scorecards/files/{file['id']}", buffered=True)

    assert (answer.data, answer.mimetype) == (PDF, "application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''quy")
    province.ask(f"/scorecards/files/{file['id']}", 403, "DELETE")
    card = lead.machine.ask(f"/scorecards/files/{file['id']}", 200, "DELETE")
    assert lines(card)["D"]["files"] == []
    lead.machine.ask(f"/scorecards/files/{file['id']}", 404)
    lead.attach(name="x.exe", content=b"MZ", status=400)
    lead.attach(content=b"", status=400)
    lead.attach(content=PDF + bytes(10 * 1024 * 1024), status=413)


def test_what_cannot_be_written_is_refused_in_words(lead, province):
    assert "at most 20.00" in lead.put("A", 400, own="21", explanation="x")["message"]
    assert "at most two decimals" in lead.put("A", 400, own="1.2345", explanation="x")["message"]
    assert "The survey measures" in lead.put("A", 400, reported="3")["message"]
    lead.put("A", 422, own="x")
    lead.put("NIX", 404, own="1")
    lead.step("submit", 409)
    lead.step("burn", 422)
    lead.step("appraise", 403)
    step(province, "review", 403)
    step(province, "extend", 400, reason="lũ lụt")
    assert step(province, "extend", reason="lũ lụt", due_on="2099-01-31")["due_on"] == "2099-01-31"


def test_the_province_sees_how_far_each_is(lead, province):
    lead.step("review")
    states = {
        one["unit"]["code"]: one["state"] for one in province.ask("/scorecards/CDS/cards")["items"]
    }

    assert (states[people.IA_DOM], states[people.PLEIKU]) == ("reviewed", "computed")
    (own,) = lead.machine.ask("/scorecards/CDS/cards")["items"]
    assert own["unit"]["code"] == people.IA_DOM


def test_nobody_else_sees_or_writes_a_card(machine, lead):
    file = lead.attach()
    for role, status in (("commune_lead", 404), ("api_client", 403)):
        other = machine(role, people.PLEIKU)
        other.ask(f"{CARD}?code={people.IA_DOM}", status)
        other.ask(f"/scorecards/files/{file['id']}", status)
    lead.machine.ask(f"{CARD}?code={people.GIA_LAI}", 404)
    lead.machine.ask(CARD, 422)
