"""Programmes that keep a copy of the interviews: they pull until there is no more, for ever."""

import base64
import json

import pytest

from app import pipeline
from app.accounts.actors import OPERATOR
from app.db import transaction
from tests import people
from tests.survey import new_id


def pull(asking, cursor=None, more=""):
    """All that came since, and the cursor to keep."""
    items, left = [], True
    while left:
        following = f"&next={cursor}" if cursor else ""
        page = asking.ask(f"/changes?limit=2{following}{more}")
        items += page["items"]
        cursor, left = page["next"], page["more"]
    return items, cursor


def test_a_copy_is_made_and_kept(machine, survey):
    ids = [survey.instance(code) for code in survey.ids]
    for xml in ids:
        survey.send(xml)
    asking = machine("auditor")
    items, cursor = pull(asking)
    assert [item["change"] for item in items] == ["written"] * 5
    assert pull(asking, cursor) == ([], pull(asking, cursor)[1])
    with transaction():
        pipeline.throw_away(items[2]["id"], "a test", OPERATOR)
    again, _ = pull(asking, cursor)
    assert again == [{"id": items[2]["id"], "change": "trashed", "interview": None}]


def test_an_interview_comes_with_its_history_and_without_names(machine, survey):
    first = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first, members=[(40, "2")]))
    asking = machine("commune_reviewer")
    [before], cursor = pull(asking, more="&answers=true")
    assert before["interview"]["answers"]["fibre"] == "1"
    assert before["interview"]["rows"][0]["answers"] == {"m_age": 40, "m_phone": "2"}
    assert "Người 1" not in str(before)
    survey.send(survey.instance(survey.ids[0], deprecated_id=first, fibre="0"))
    asking.ask(f"/submissions/{before['id']}", method="PATCH",
               json={"state": "rejected", "reason": "Nhầm hộ"})  # fmt: skip
    [after], _ = pull(asking, cursor)
    said = after["interview"]
    assert len(said["versions"]) == 2
    assert [one["reason"] for one in said["decisions"]] == ["Nhầm hộ"]
    assert (said["state"], said["counting_version"]) == ("rejected", None)
    assert (said["answers"], said["rows"]) == (None, None)
    assert said["unit"]["code"] == survey.village.public_id
    assert (said["form"], said["household"]) == ("ho", survey.ids[0])


def test_others_learn_nothing(machine, survey):
    survey.send(survey.instance(survey.ids[0]))
    assert pull(machine("auditor", people.PLEIKU))[0] == []
    assert machine("api_client").open("/changes").status_code == 403


def test_a_cursor_of_another_reader_begins_again(machine, survey):
    _, cursor = pull(machine("auditor", people.PLEIKU))
    answer = machine("auditor").ask(f"/changes?next={cursor}", 410)
    assert answer["code"] == "BeginAgain"


def cursor_of(*key):
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


@pytest.mark.parametrize(
    "cursor", ["x", cursor_of(1), cursor_of("1.2"), cursor_of(f"-1.1.{0:016}"),
               cursor_of(f"{2**70}.1.{0:016}")]
)  # fmt: skip
def test_a_cursor_that_is_not_ours_is_refused(machine, survey, cursor):
    assert machine("auditor").ask(f"/changes?next={cursor}", 422)["code"] == "BadParameters"
