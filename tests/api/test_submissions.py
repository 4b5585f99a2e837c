"""Interviews for machines: listed, read without personal answers, and decided."""

import pytest

from app.db import db, transaction
from app.storage.blobs import store
from app.submissions.models import Submission
from app.submissions.upload import UploadedFile
from tests import people
from tests.survey import new_id


@pytest.fixture
def hold(survey):
    with transaction():
        survey.round.review_policy = "hold-all"


def newest():
    return db.session.query(Submission.id).order_by(Submission.id.desc()).first()[0]


def send(survey, number=0, **said):
    survey.send(survey.instance(survey.ids[number], **said))
    return newest()


def listed(asking, commune, more="", status=200):
    return asking.ask(f"/submissions?unit={commune.id}{more}", status)


def test_a_list_is_newest_first_and_goes_on(machine, survey, commune):
    ids = [send(survey, number) for number in range(5)]
    asking = machine("auditor")
    first = listed(asking, commune, "&limit=3")
    second = listed(asking, commune, f"&limit=3&next={first['next']}")

    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None
    assert first["items"][0] == {
        "id": ids[-1], "state": "approved", "received_at": first["items"][0]["received_at"],
        "form": "ho", "unit": {"id": survey.village.id, "code": survey.village.public_id,
                               "name": "Mook Đen", "level": "village"},
        "household": survey.ids[-1], "person_no": None, "interviewed_on": "2026-11-01",
        "outcome": "complete", "flags": [],
    }  # fmt: skip


def test_filters_narrow_the_list(machine, survey, commune):
    send(survey)
    survey.send(survey.instance("T-00000-0001"))
    asking = machine("auditor")

    def count(more):
        return len(listed(asking, commune, more)["items"])

    assert count("&state=approved") == 1
    assert count("&state=waiting") == 1
    assert count("&flagged=true") == 1
    assert count("&form=ho") == 2
    listed(asking, commune, "&form=nix", 404)


@pytest.mark.parametrize(
    "more", ["&state=x", "&flagged=maybe", "&form=%00", "&next=x", "&next=WyJhIl0=", "&limit=0"]
)
def test_bad_filters_are_named(machine, commune, more):
    assert listed(machine("auditor"), commune, more, 422)["code"] == "BadParameters"


def test_one_interview_is_read_without_its_personal_answers(machine, survey):
    xml = survey.instance(survey.ids[0], members=[(40, "2")], photo="nhà.jpg")
    survey.send(xml, files=[UploadedFile("nhà.jpg", store(b"\xff\xd8\xff"))])
    answer = machine("auditor").ask(f"/submissions/{newest()}")

    assert answer["answers"]["fibre"] == "1"
    assert answer["rows"] == [
        {"repeat": "main/m", "position": "1", "answers": {"m_age": 40, "m_phone": "2"}}
    ]
    assert "Người 1" not in str(answer)
    assert answer["files"] == [{"name": "nhà.jpg", "expected": True, "size": 3}]
    assert answer["counting_version"] == answer["current_version"] == newest()
    assert [version["id"] for version in answer["versions"]] == [newest()]


def test_deciding_is_one_request(machine, survey, hold):
    submission_id = send(survey)
    asking = machine("commune_reviewer")
    address = f"/submissions/{submission_id}"
    refused = asking.ask(address, 400, "PATCH", json={"state": "rejected"})
    assert "reason" in refused["message"]

    rejected = asking.ask(address, 200, "PATCH", json={"state": "rejected", "reason": "Nhầm hộ"})
    assert rejected["state"] == "rejected"
    assert [d["reason"] for d in rejected["decisions"]] == ["Nhầm hộ"]
    assert asking.ask(address, 200, "PATCH", json={"state": "approved"})["state"] == "approved"
    assert asking.ask(address, 200, "PATCH", json={"state": "received"})["counting_version"] is None


def test_a_version_seen_before_a_newer_one_came_is_a_conflict(machine, survey, hold):
    original = new_id()
    submission_id = send(survey, instance_id=original)
    send(survey, fibre="0", deprecated_id=original)
    body = {"state": "approved", "version": submission_id}
    conflict = machine("commune_reviewer").ask(
        f"/submissions/{submission_id}", 409, "PATCH", json=body
    )

    assert conflict["code"] == "Conflict"


@pytest.mark.parametrize("role", ["auditor", "province_analyst"])
def test_who_may_only_read_decides_nothing(machine, survey, hold, role):
    submission_id = send(survey)
    asking = machine(role, people.GIA_LAI)

    asking.ask(f"/submissions/{submission_id}", 403, "PATCH", json={"state": "approved"})
    assert asking.ask(f"/submissions/{submission_id}")["state"] == "received"


def test_other_territories_read_and_decide_nothing(machine, survey, commune, hold):
    submission_id = send(survey)
    stranger = machine("commune_lead", people.PLEIKU)

    listed(stranger, commune, status=404)
    stranger.ask(f"/submissions/{submission_id}", 404)
    stranger.ask(f"/submissions/{submission_id}", 404, "PATCH", json={"state": "approved"})
    assert db.session.get(Submission, submission_id).state == "received"
    stranger.ask("/submissions/99999999999999999999", 404)
