"""A published version never changes under its name, and the same again changes nothing."""

import hashlib
import threading

import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR
from app.audit import AuditEvent
from app.db import db, transaction
from app.errors import Conflict, NotAllowed, NotFound
from app.forms.models import Form, FormVersion
from app.forms.publish import check_version, store_version
from app.forms.queries import definition_of, get_version, list_forms, open_forms, published
from app.forms.source import compile_source
from app.storage.blobs import blob_path
from tests import people
from tests.small_forms import WELL, publish, source

AGAIN = WELL.replace("| 1       | Wells", "| 2       | Wells")
OTHER = WELL.replace("Kind ", "Sort ")
UNTAGGED = WELL.replace("personal", "        ")


@pytest.fixture
def project(app):
    with transaction():
        return people.project()


def acts():
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_a_first_version_opens_its_form(project):
    version = publish(project, dug_png=b"png")

    (form,) = list_forms(project.id)
    assert (form.xml_form_id, form.state, form.kind) == ("well", "open", "village")
    assert form.current_version_id == version.id
    assert (version.version, version.title) == ("1", "Wells & <springs>")
    assert version.workbook == WELL.encode()
    assert version.workbook_name == "well.md"
    assert {(m.name, m.made_list, m.md5) for m in version.media} == {
        ("communes.csv", "communes", None),
        ("villages.csv", "villages", None),
        ("dug.png", None, hashlib.md5(b"png").hexdigest()),
    }
    assert "form.published" in acts()


def test_the_hash_is_that_of_the_bytes_that_phones_get(project):
    version = publish(project)

    file = published(version.id)
    assert file.xml == compile_source(source()).xml
    assert file.md5 == version.md5 == hashlib.md5(file.xml).hexdigest()


def test_its_files_are_stored(project):
    version = publish(project, dug_png=b"png")

    (picture,) = (m for m in version.media if m.blob_sha256)
    assert blob_path(picture.blob_sha256).read_bytes() == b"png"


def test_what_it_asks_can_be_read_back(project):
    version = publish(project)

    definition = definition_of(version.id)
    assert definition == compile_source(source()).definition
    assert definition.settings["org_unit"] == "village"


def test_the_same_again_changes_nothing(project):
    version = publish(project, dug_png=b"png")
    told = acts()

    assert publish(project, dug_png=b"png").id == version.id
    assert acts() == told
    assert db.session.scalars(select(FormVersion)).all() == [version]


@pytest.mark.parametrize(
    ("text", "media", "complaint"),
    [
        (OTHER, {}, "with other questions"),
        (WELL, {"dug_png": b"png"}, "with other media files"),
        (UNTAGGED, {}, "with other settings or other marks of personal data"),
        (WELL.replace("| org_unit |", "| household_key |"), {}, "with other settings"),
    ],
)
def test_a_change_needs_a_new_version(project, text, media, complaint):
    version = publish(project)
    before = published(version.id).xml

    with pytest.raises(Conflict, match="Raise the version") as refused:
        publish(project, text, **media)

    assert complaint in str(refused.value)
    assert "“1” of the form “well”" in str(refused.value)
    assert version.xml == before


def test_a_check_says_the_same_without_publishing(project):
    publish(project)

    check_version(project.id, compile_source(source()))
    check_version(project.id, compile_source(source(AGAIN)))
    with pytest.raises(Conflict, match="other questions"):
        check_version(project.id, compile_source(source(OTHER)))


def test_a_swapped_picture_needs_a_new_version(project):
    publish(project, dug_png=b"png")

    with pytest.raises(Conflict, match="other media files"):
        publish(project, dug_png=b"another png")


def test_a_workbook_with_other_sheets_of_ours_replaces_the_old_one(project):
    version = publish(project)
    with_indicators = WELL + "| indicators |\n| | code | version |\n"

    same = publish(project, with_indicators)

    assert same.id == version.id
    assert same.workbook == with_indicators.encode()
    assert acts()[-1] == "form.workbook_replaced"


def test_a_new_version_becomes_the_current_one_and_the_old_one_stays(project):
    old = publish(project)
    new = publish(project, AGAIN)

    (listed,) = open_forms(project.id)
    assert listed.id == new.id
    assert published(old.id).xml == compile_source(source()).xml

    assert publish(project).id == old.id  # the old one again
    assert [version.id for version in open_forms(project.id)] == [new.id]


def test_a_closed_form_is_not_given_to_phones(project):
    publish(project)
    (form,) = list_forms(project.id)
    form.state = "closed"
    db.session.flush()

    assert open_forms(project.id) == []


def test_two_projects_have_their_own_forms(project):
    with transaction():
        other = people.project(people.HA_NOI)
    version = publish(project)
    publish(other, OTHER)

    assert len(open_forms(project.id)) == len(open_forms(other.id)) == 1
    with pytest.raises(NotFound):
        get_version(version.id, other.id)


def test_versions_that_are_not_there_are_not_found(app):
    for find in (definition_of, published, lambda number: get_version(number, 1)):
        with pytest.raises(NotFound):
            find(2**31 - 1)


def test_only_those_who_manage_forms_publish(project):
    with transaction():
        reviewer = people.actor("commune_reviewer", of=project)
    given = source()

    with pytest.raises(NotAllowed), transaction():
        store_version(project.id, compile_source(given), given, reviewer)

    assert list_forms(project.id) == []


def test_two_people_who_publish_at_once_make_one_version(app, project):
    given = source()
    compiled = compile_source(given)
    together = threading.Barrier(2)
    made, project_id = [], project.id

    def publish_it():
        with app.app_context():
            together.wait(10)
            with transaction():
                made.append(store_version(project_id, compiled, given, OPERATOR).id)

    threads = [threading.Thread(target=publish_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(made) == 2
    assert len(set(made)) == 1
    assert len(db.session.scalars(select(Form)).all()) == 1
