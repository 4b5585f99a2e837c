"""Edits in every order, with their files, and what becomes of parked uploads."""

from itertools import permutations

import pytest

from app import pipeline
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.errors import BadRequest, Conflict
from app.storage.blobs import store
from app.submissions import intake
from app.submissions.models import ParkedUpload, Submission
from app.submissions.queries import attachments_of, versions_of
from app.submissions.settling import list_parked, settle
from app.submissions.upload import UploadedFile
from tests import people
from tests.survey import new_id, start_survey


@pytest.fixture
def survey(app):
    return start_survey(policy="hold-all", households=2)


def files(**contents):
    """Files by name, with `_` where the dot is."""
    return [UploadedFile(name.replace("_", "."), store(text)) for name, text in contents.items()]


def waiting():
    db.session.rollback()
    project_id = db.session.query(ParkedUpload.project_id).first()
    return list_parked(OPERATOR, project_id[0]) if project_id else []


def choose(choice, **how):
    [upload] = waiting()
    with transaction():
        settle(upload.id, choice, OPERATOR, **how)
    pipeline.settle()


def newest():
    db.session.rollback()
    return db.session.query(Submission).one()


def have(instance_pk):
    return {f.name: f.size is not None for f in attachments_of(instance_pk)}


def chain(survey, length=3, **said):
    ids = [new_id() for _ in range(length)]
    before = [None, *ids]
    return [
        survey.instance(
            survey.ids[0], instance_id=own, deprecated_id=earlier, fibre=str(number % 2), **said
        )
        for number, (own, earlier) in enumerate(zip(ids, before, strict=False))
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("settle_between", [True, False])
def test_a_chain_of_edits_is_one_interview_in_whatever_order_it_comes(
    survey, order, settle_between
):
    versions = chain(survey, photo="a.jpg")
    for number in order:
        photo = files(a_jpg=b"JPEG") if number == 0 else []
        (survey.send if settle_between else survey.post)(versions[number], files=photo)
    pipeline.settle()

    assert waiting() == []
    found = newest()
    assert [len(versions_of(found.id)), have(found.current_pk)] == [3, {"a.jpg": True}]
    xml = driver().execute("select xml from instances where id = %s", (found.current_pk,))
    assert xml.fetchone() == (versions[2],)


def test_an_edit_takes_over_what_reaches_its_original_after_it_was_read(survey):
    first, second, third = chain(survey, photo="a.jpg")
    for xml in (first, second, third):
        survey.send(xml)
    assert have(newest().current_pk) == {"a.jpg": False}

    assert survey.send(first, files=files(a_jpg=b"JPEG")).case == "repeat"

    found = newest()
    assert have(found.current_pk) == {"a.jpg": True}
    assert found.state == "edited"
    assert driver().execute("select count(*) from interviews").fetchone() == (3,)


def test_the_nearest_earlier_version_that_has_a_file_gives_it(survey):
    ids = [new_id() for _ in range(3)]
    for own, earlier, photo in zip(ids, [None, *ids], ("a.jpg", "", "a.jpg"), strict=False):
        xml = survey.instance(survey.ids[0], instance_id=own, deprecated_id=earlier, photo=photo)
        survey.send(xml, files=files(a_jpg=b"JPEG") if earlier is None else [])
    assert have(newest().current_pk) == {"a.jpg": True}


def test_a_parked_edit_may_come_in_several_posts(survey):
    first, second = chain(survey, length=2, photo="a.jpg")
    survey.send(second, files=files(a_jpg=b"JPEG"))
    survey.send(second, files=files(b_jpg=b"MORE"))
    survey.send(first)
    assert have(newest().current_pk) == {"a.jpg": True, "b.jpg": True}


def test_what_is_sent_while_an_edit_files_itself_is_not_left_with_the_parked_one(
    survey, monkeypatch
):
    first, second = chain(survey, length=2)
    survey.send(second, files=files(a_jpg=b"JPEG"))
    real = intake.parked.reason_of

    def decided_too_early(*asked, **how):
        reason = real(*asked, **how)
        monkeypatch.setattr(intake.parked, "reason_of", real)
        survey.send(first)
        return reason

    monkeypatch.setattr(intake.parked, "reason_of", decided_too_early)
    assert survey.send(second, files=files(b_jpg=b"MORE")).case == "repeat"
    assert have(newest().current_pk) == {"a.jpg": True, "b.jpg": True}


def test_an_edit_parked_by_one_post_and_accepted_by_the_next_is_one(survey):
    first, second = chain(survey, length=2)
    survey.post(second, files=files(a_jpg=b"JPEG"))
    survey.post(first)
    assert survey.post(second, files=files(b_jpg=b"MORE")).case == "edit"
    pipeline.settle()

    assert waiting() == []
    assert have(newest().current_pk) == {"a.jpg": True, "b.jpg": True}


def test_of_two_edits_that_waited_for_one_original_the_second_waits_for_a_person(survey):
    original = new_id()
    for fibre in "10":
        survey.send(survey.instance(survey.ids[0], deprecated_id=original, fibre=fibre))
    survey.send(survey.instance(survey.ids[0], instance_id=original))
    assert [upload.reason for upload in waiting()] == ["edit-outdated"]
    assert len(versions_of(newest().id)) == 2


@pytest.fixture
def outdated(survey):
    """An interview with an edit, and a parked edit of its first version with a photo."""
    first, second = chain(survey, length=2)
    survey.send(first)
    survey.send(second)
    original = first.partition(b"<orx:instanceID>")[2].partition(b"<")[0].decode()
    edit = survey.instance(survey.ids[0], deprecated_id=original, photo="a.jpg", fibre="8")
    assert survey.send(edit, files=files(a_jpg=b"JPEG")).reason == "edit-outdated"
    return edit


def test_an_outdated_edit_can_become_the_newest_version(survey, outdated):
    choose("newest")

    found = newest()
    assert (len(versions_of(found.id)), found.state) == (3, "edited")
    assert have(found.current_pk) == {"a.jpg": True}
    assert survey.send(outdated).case == "repeat"
    assert (waiting(), len(versions_of(newest().id))) == ([], 3)


def test_what_edits_it_follows_it(survey, outdated):
    own = outdated.partition(b"<orx:instanceID>")[2].partition(b"<")[0].decode()
    assert survey.send(survey.instance(survey.ids[0], deprecated_id=own)).case == "parked"
    [upload, _] = waiting()
    with transaction():
        settle(upload.id, "newest", OPERATOR)
    pipeline.settle()
    assert (waiting(), len(versions_of(newest().id))) == ([], 4)


@pytest.fixture
def taken(survey):
    """An interview that lacks its photo, and a parked one of the same id that has it."""
    own = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=own, photo="a.jpg"))
    other = survey.instance(survey.ids[0], instance_id=own, photo="a.jpg", fibre="0")
    assert survey.send(other, files=files(a_jpg=b"JPEG")).reason == "same-id"
    return other


def test_other_bytes_under_a_taken_id_can_become_the_newest_version(survey, taken):
    choose("newest")

    assert len(versions_of(newest().id)) == 2
    assert survey.send(taken, files=files(b_jpg=b"MORE")).case == "repeat"
    assert have(newest().current_pk) == {"a.jpg": True, "b.jpg": True}


def test_or_give_their_files_to_the_interview_that_is_here(survey, taken):
    choose("attach")

    found = newest()
    assert (len(versions_of(found.id)), have(found.current_pk)) == (1, {"a.jpg": True})
    assert survey.send(taken).case == "repeat"
    assert waiting() == []


def test_nothing_is_attached_where_nothing_is_missing(survey, outdated):
    [upload] = waiting()
    driver().execute("delete from parked_attachments")
    db.session.commit()
    with pytest.raises(Conflict, match="nothing can be attached"), transaction():
        settle(upload.id, "attach", OPERATOR)
    assert len(waiting()) == 1


def test_an_edit_whose_original_never_comes_can_stand_alone(survey):
    survey.send(survey.instance(survey.ids[0], deprecated_id=new_id()))
    choose("alone")
    assert len(versions_of(newest().id)) == 1


def test_an_interview_without_an_id_gets_one_made_of_its_bytes(survey):
    xml = survey.instance(survey.ids[0]).replace(b"orx:instanceID", b"orx:other")
    survey.send(xml, files=files(a_jpg=b"JPEG"))
    choose("admit")

    [version] = versions_of(newest().id)
    assert version.instance_id.startswith("sha256:")
    assert survey.send(xml).case == "repeat"


def test_the_same_bytes_that_were_accepted_meanwhile_are_joined(survey):
    xml = survey.instance(survey.ids[0])
    with transaction():
        driver().execute("update forms set state = 'closed'")
    survey.send(xml, files=files(a_jpg=b"JPEG"))
    with transaction():
        driver().execute("update forms set state = 'open'")
    survey.send(xml)
    choose("admit")
    assert have(newest().current_pk) == {"a.jpg": True}


@pytest.mark.parametrize("choice", ["newest", "alone", "attach", "elsewhere"])
def test_only_what_fits_the_reason_can_be_chosen(survey, choice):
    survey.send(survey.instance(survey.ids[0], version="9"))
    [upload] = waiting()
    with pytest.raises(BadRequest), transaction():
        settle(upload.id, choice, OPERATOR)


def test_an_interview_of_another_commune_is_not_edited_by_settling(survey, outdated):
    with transaction():
        elsewhere = people.village("Làng Ốp", people.PLEIKU)
        driver().execute("update submissions set unit_id = %s", (elsewhere.id,))
        lead = people.actor("commune_lead", of=survey.project)
    [upload] = list_parked(lead, survey.project.id)
    with pytest.raises(Conflict), transaction():
        settle(upload.id, "newest", lead)
