"""Reading submissions: counts, versions, answers and files, within the reader's territory."""

import pytest

from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.errors import NotFound
from app.storage.blobs import store
from app.submissions.counts import count_by_state
from app.submissions.models import Submission
from app.submissions.queries import (
    attachments_of,
    contents_of,
    get_submission,
    versions_of,
)
from app.submissions.upload import UploadedFile
from tests import people
from tests.survey import new_id, start_survey


@pytest.fixture
def survey(app):
    return start_survey(policy="hold-all", households=3)


def reviewer(survey, place=people.IA_DOM, role="commune_reviewer", of=None):
    with transaction():
        return people.actor(role, place, of=of or survey.project)


def only_submission(survey):
    return db.session.query(Submission).one()


def test_counts_go_by_state_and_up_to_every_place_asked_for(survey):
    for household in survey.ids:
        survey.send(survey.instance(household))
    commune, province = people.unit(people.IA_DOM), people.unit(people.GIA_LAI)
    counts = count_by_state(
        OPERATOR, survey.project.id, [survey.village.id, commune.id, province.id]
    )

    assert {place: found.waiting for place, found in counts.items()} == {
        survey.village.id: 3, commune.id: 3, province.id: 3
    }  # fmt: skip
    assert counts[commune.id].total == 3


def test_counts_show_nothing_of_other_territories(survey):
    survey.send(survey.instance(survey.ids[0]))
    commune = people.unit(people.IA_DOM)
    elsewhere = reviewer(survey, people.PLEIKU)

    assert count_by_state(elsewhere, survey.project.id, [commune.id])[commune.id].total == 0


def test_a_submission_is_there_for_its_territory_only(survey):
    survey.send(survey.instance(survey.ids[0]))
    found = only_submission(survey)

    assert get_submission(reviewer(survey), found.id) is found
    with pytest.raises(NotFound):
        get_submission(reviewer(survey, people.PLEIKU), found.id)
    with pytest.raises(NotFound):
        get_submission(reviewer(survey), found.id + 1)


def test_a_role_in_another_project_opens_nothing(survey):
    survey.send(survey.instance(survey.ids[0]))
    with transaction():
        other = people.project(name="Chương trình khác")
    stranger = reviewer(survey, of=other)

    with pytest.raises(NotFound):
        get_submission(stranger, only_submission(survey).id)


def test_the_right_asked_for_is_the_one_that_counts(survey):
    survey.send(survey.instance(survey.ids[0]))
    found = only_submission(survey)

    with pytest.raises(NotFound):
        get_submission(reviewer(survey), found.id, "personal.read")
    assert get_submission(reviewer(survey, role="commune_lead"), found.id, "personal.read")


def test_versions_are_the_chain_of_edits(survey):
    first = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first), device_id="collect:1")
    survey.send(
        survey.instance(survey.ids[0], fibre="0", deprecated_id=first), device_id="collect:1"
    )
    found = only_submission(survey)
    versions = versions_of(found.id)

    assert [v.instance_pk for v in versions] == [found.id, found.current_pk]
    assert versions[0].instance_id == first
    assert {v.form_version for v in versions} == {"1"}
    assert {v.sent_by for v in versions} == {survey.phone.name}
    assert {v.device_id for v in versions} == {"collect:1"}


def test_contents_have_rows_in_their_order_and_no_personal_answers(survey):
    members = [(20 + number, "2") for number in range(12)]
    survey.send(survey.instance(survey.ids[0], members=members))
    contents = contents_of(only_submission(survey).current_pk)

    assert contents.interview.answers["fibre"] == "1"
    assert [row.position for row in contents.rows] == [str(n) for n in range(1, 13)]
    assert [row.answers["m_age"] for row in contents.rows] == [age for age, _ in members]
    assert not any("m_label" in row.answers for row in contents.rows)
    assert contents_of(10**9) is None


def test_attachments_tell_what_came_and_what_is_awaited(survey):
    survey.send(survey.instance(survey.ids[0], photo="nhà.jpg"))
    pk = only_submission(survey).current_pk
    assert [(f.name, f.expected, f.size) for f in attachments_of(pk)] == [("nhà.jpg", True, None)]

    xml = survey.instance(survey.ids[1], photo="nhà.jpg")
    survey.send(xml, files=[UploadedFile("nhà.jpg", store(b"\xff\xd8\xff picture"))])
    later = max(versions_of(pk + 1), key=lambda v: v.instance_pk).instance_pk
    assert [(f.name, f.expected, f.size) for f in attachments_of(later)] == [("nhà.jpg", True, 11)]
