"""The lists of a phone: what its surveyor may see today, in order, the same bytes each time."""

import csv
import gzip
import hashlib
import io
from datetime import date

import pytest
from sqlalchemy import insert

from app.accounts.actors import OPERATOR, app_user_actor
from app.accounts.grants import grant_role
from app.db import db, transaction
from app.forms.models import Form
from app.households.draw import pick_number, pick_seed
from app.households.lists import surveyor_list, touch
from app.households.models import Household, HouseholdLabel
from app.indicators.models import CountedInterview
from app.rounds.models import Round
from app.submissions.models import Interview
from tests import people


@pytest.fixture
def project(app):
    with transaction():
        return people.project()


@pytest.fixture
def village(project):
    with transaction():
        return people.village()


@pytest.fixture
def phone(project, village):
    with transaction():
        return people.surveyor_actor(village, of=project)


def text(name, actor, project):
    return surveyor_list(name, actor, project.id).content.decode()


def rows(name, actor, project):
    return list(csv.reader(io.StringIO(text(name, actor, project))))[1:]


def households(actor, project):
    """What the list says of each: code, label, village, seed, adults, number of the drawn one."""
    listed = rows("households", actor, project)
    return [[code, label, *rest] for _, label, _, code, *rest in listed]


def register(project, village, number, label=None, code=None):
    """A household of the registry."""
    with transaction():
        code = code or f"{village.public_id}-{number:04}"
        household = Household(
            project_id=project.id, code=code, village_id=village.id, number=number
        )
        db.session.add(household)
        db.session.flush()
        if label is not None:
            db.session.add(HouseholdLabel(household_id=household.id, label=label))
        touch([project.id])
    return household


def open_round(project, salt="salt"):
    with transaction():
        opened = Round(
            project_id=project.id,
            code="2026",
            name="2026",
            starts_on=date(2026, 1, 1),
            pick_salt=salt,
        )
        db.session.add(opened)
    return opened


def count(project, opened, household, adults, kind="household", outcome="complete"):
    """An accepted interview that said how many adults there are."""
    with transaction():
        form = Form(project_id=project.id, xml_form_id=f"{kind}{adults}", kind=kind)
        db.session.add(form)
        db.session.flush()
        about = {
            "round_id": opened.id,
            "form_id": form.id,
            "subject": household.code,
            "submission_id": form.id,
            "village_id": household.village_id,
            "household": household.code,
            "outcome": outcome,
            "instance_pk": form.id,
        }
        db.session.execute(insert(CountedInterview).values(about))
        said = {"interviewed_on": date(2026, 11, 1), "adults": adults, "answers": {}}
        db.session.execute(insert(Interview).values(about | said))
        touch([project.id])


def test_an_empty_list_still_has_its_columns(project, phone):
    assert text("households", phone, project) == (
        "name,label,__version,code,village_id,pick_seed,n15,pick_no\n"
    )
    assert text("villages", phone, project).startswith("name,label,commune_code\n")
    assert text("communes", phone, project).startswith("name,label\n")


def test_a_surveyor_of_a_village_has_that_village_and_its_commune(project, village, phone):
    with transaction():
        people.village("Mook Trêl")
        people.village("Plei Rơ", commune=people.PLEIKU)

    assert rows("communes", phone, project) == [[people.IA_DOM, "Xã Ia Dom"]]
    assert rows("villages", phone, project) == [[village.public_id, "Làng Mook Đen", people.IA_DOM]]


def test_a_surveyor_of_a_commune_has_its_villages_in_vietnamese_order(project, village):
    with transaction():
        for name in ("Ó", "Đun", "Dôn", "Ân Hòa", "An"):
            people.village(name)
        people.village("Plei Rơ", commune=people.PLEIKU)
        commune = people.unit(people.IA_DOM)
        phone = people.surveyor_actor(commune, of=project)

    names = [label for _, label, _ in rows("villages", phone, project)]
    assert names == [f"Làng {name}" for name in ("An", "Ân Hòa", "Dôn", "Đun", "Mook Đen", "Ó")]
    assert rows("communes", phone, project) == [[people.IA_DOM, "Xã Ia Dom"]]


def test_a_commune_without_villages_is_there(project):
    with transaction():
        phone = people.surveyor_actor(people.unit(people.PLEIKU), of=project)

    assert [code for code, _ in rows("communes", phone, project)] == [people.PLEIKU]
    assert rows("villages", phone, project) == []


def test_a_village_that_was_is_not_there(project, village, phone):
    register(project, village, 1)
    with transaction():
        village.valid_to = date(2026, 1, 1)
        touch([project.id])

    assert rows("villages", phone, project) == []
    assert households(phone, project) == []


def test_a_territory_in_another_project_does_not_help_here(project, village):
    with transaction():
        other = people.project(people.HA_NOI)
        phone = people.surveyor_actor(village, of=other)
    register(project, village, 1)

    for name in ("communes", "villages", "households"):
        assert rows(name, phone, project) == []


def test_households_of_the_territory_by_village_and_number(project, village, phone):
    with transaction():
        elsewhere = people.village("Xa")
    for number in (10, 9, 2):
        register(project, village, number, f"Nhà {number}")
    register(project, elsewhere, 1)

    found = households(phone, project)

    assert [row[1] for row in found] == ["2. Nhà 2", "9. Nhà 9", "10. Nhà 10"]
    assert {row[2] for row in found} == {village.public_id}
    assert found[0][0] == f"{village.public_id}-0002"


@pytest.mark.parametrize(
    ("number", "label", "shown"),
    [
        (7, "Siu H'Lan", "7. Siu H'Lan"),
        (7, None, "7"),
        (None, "Siu", "Siu"),
        (None, None, "X-1"),
        (7, " ", "7"),
        (7, 'Ông "Ba", nhà\nsau;  chợ', '7. Ông "Ba", nhà sau; chợ'),
    ],
)
def test_the_label_is_one_line_and_never_empty(project, village, phone, number, label, shown):
    register(project, village, number, label, code="X-1")

    assert households(phone, project)[0][:2] == ["X-1", shown]
    assert len(text("households", phone, project).splitlines()) == 2


def test_without_a_round_nobody_is_drawn(project, village, phone):
    register(project, village, 1)

    assert households(phone, project)[0][3:] == ["", "", ""]


def test_a_household_has_its_seed_before_its_interview_and_its_number_after(
    project, village, phone
):
    household = register(project, village, 1)
    opened = open_round(project)
    seed = pick_seed("salt", household.code)
    assert households(phone, project)[0][3:] == [seed, "", ""]

    count(project, opened, household, 4)

    assert households(phone, project)[0][3:] == [seed, "4", str(pick_number(seed, 4))]


def test_only_a_complete_household_interview_says_who_there_is(project, village, phone):
    household = register(project, village, 1)
    opened = open_round(project)
    count(project, opened, household, 2, outcome="refused")
    count(project, opened, household, 3, kind="listing")

    assert households(phone, project)[0][4:] == ["", ""]


def test_two_household_forms_do_not_make_two_households(project, village, phone):
    household = register(project, village, 1)
    opened = open_round(project)
    count(project, opened, household, 4)
    count(project, opened, household, None)

    ((*_, n15, _),) = households(phone, project)
    assert n15 == "4"


def test_a_household_without_adults_has_nobody_to_draw(project, village, phone):
    household = register(project, village, 1)
    count(project, open_round(project), household, 0)

    assert households(phone, project)[0][4:] == ["0", ""]


def test_the_seed_is_worked_out_like_this():
    # printf 'salt:T-7F3K2-0012' | sha256sum: 26a5cd52a7c4e1dd…; divided by 2^64 it is 0.15096743…
    assert pick_seed("salt", "T-7F3K2-0012") == "0.150967"
    assert pick_seed("other salt", "T-7F3K2-0012") != "0.150967"


def test_every_adult_is_drawn_equally_often():
    drawn = [pick_number(pick_seed("salt", f"T-1-{number}"), 4) for number in range(4000)]

    assert {drawn.count(person) > 900 for person in (1, 2, 3, 4)} == {True}
    assert set(drawn) == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("seed", "n15", "number"),
    [("0.000000", 1, 1), ("0.999999", 1, 1), ("0.999999", 30, 30), ("0.333333", 3, 1),
     ("0.333334", 3, 2), ("0.500000", 2, 2), ("0.290000", 100, 30)],
)  # fmt: skip
def test_the_number_is_that_of_the_formula(seed, n15, number):
    assert pick_number(seed, n15) == number


def test_the_hash_and_the_packed_bytes_are_those_of_the_list(project, village, phone):
    made = surveyor_list("villages", phone, project.id)

    assert made.md5 == hashlib.md5(made.content).hexdigest()
    assert gzip.decompress(made.packed) == made.content
    assert surveyor_list("villages", phone, project.id) is made


def test_two_surveyors_do_not_share_a_list(project, village, phone):
    with transaction():
        other = people.village("Mook Trêl")
        their_phone = people.surveyor_actor(other, of=project, username="dtv02")

    assert rows("villages", phone, project) != rows("villages", their_phone, project)


def test_a_new_grant_changes_the_list_at_once(project, village):
    with transaction():
        app_user = people.surveyor(village, of=project)
        other = people.village("Mook Trêl")
    assert len(rows("villages", app_user_actor(app_user.id), project)) == 1

    with transaction():
        grant_role(OPERATOR, app_user, role="surveyor", unit_id=other.id, project_id=project.id)

    assert len(rows("villages", app_user_actor(app_user.id), project)) == 2


def test_a_new_round_changes_the_list_at_once(project, village, phone):
    register(project, village, 1)
    before = text("households", phone, project)

    open_round(project)

    assert text("households", phone, project) != before


def test_names_are_in_the_language_of_the_project(project, village, phone):
    with transaction():
        project.language = "en"

    again = app_user_actor(phone.id)
    assert rows("communes", again, project) == [[people.IA_DOM, "Ia Dom Commune"]]


def test_touching_raises_the_version_of_the_named_projects_only(project):
    with transaction():
        other = people.project(people.HA_NOI)
    with transaction():
        touch({project.id})

    db.session.expire_all()
    assert (project.lists_version, other.lists_version) == (2, 1)
