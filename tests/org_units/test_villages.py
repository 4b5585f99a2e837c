"""Villages get an id of ours, once, in a commune, and no commune has the same village twice."""

import unicodedata
from datetime import date

import pytest

from app.errors import BadRequest, Conflict, NotFound
from app.org_units import villages
from app.org_units.hierarchy import commune_of
from app.org_units.queries import find_village
from app.org_units.villages import create_village
from tests.people import GIA_LAI, IA_DOM, PLEIKU, unit

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def ia_dom():
    return unit(IA_DOM).id


def test_a_village_has_an_opaque_id_by_which_it_is_found(ia_dom):
    village = create_village(ia_dom, "Mook Đen", "làng", longitude=107.5, latitude=13.8)

    letters = village.public_id.removeprefix("T-")
    assert len(letters) == 5
    assert set(letters) <= set("23456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert find_village(village.public_id.lower()) == village
    assert commune_of(village.id).id == ia_dom
    assert (village.longitude, village.latitude) == (107.5, 13.8)


def test_a_village_is_as_old_as_its_commune_unless_said_otherwise(ia_dom):
    assert create_village(ia_dom, "Một").valid_from == date(2025, 7, 1)
    assert create_village(ia_dom, "Hai", valid_from=date(2026, 1, 1)).valid_from == date(2026, 1, 1)


def test_an_id_that_is_taken_is_drawn_again(ia_dom, monkeypatch):
    signs = iter("222222222233333")
    monkeypatch.setattr(villages.secrets, "choice", lambda _: next(signs))

    first, second = create_village(ia_dom, "Một"), create_village(ia_dom, "Hai")

    assert (first.public_id, second.public_id) == ("T-22222", "T-33333")


def test_names_are_kept_composed_andtidy(ia_dom):
    typed = "  " + unicodedata.normalize("NFD", "Mook Đèn") + "\u0000  \t Đỏ "

    village = create_village(ia_dom, typed, "Làng ")

    assert (village.name, village.type) == ("Mook Đèn Đỏ", "làng")
    assert village.search_key == "mook den do"


@pytest.mark.parametrize("again", ["Mook Đen", "mook den", "MOOK  ĐEN", "Mook-Đen"])
def test_the_same_village_twice_in_a_commune_is_refused(ia_dom, again):
    first = create_village(ia_dom, "Mook Đen", "làng")

    with pytest.raises(Conflict, match=first.public_id):
        create_village(ia_dom, again, "Làng")


def test_the_same_name_with_another_type_or_in_another_commune_is_another_village(ia_dom):
    ids = {
        create_village(ia_dom, "2", "thôn").id,
        create_village(ia_dom, "2", "tổ dân phố").id,
        create_village(unit(PLEIKU).id, "2", "tổ dân phố").id,
    }

    assert len(ids) == 3


@pytest.mark.parametrize("name", ["", "   ", "…", "\u200b", "\0"])
def test_a_village_without_a_name_is_refused(ia_dom, name):
    with pytest.raises(BadRequest):
        create_village(ia_dom, name)


def test_villages_are_made_in_communes_only(ia_dom):
    village = create_village(ia_dom, "Mook Đen")

    for no_commune in (unit(GIA_LAI).id, village.id, 0):
        with pytest.raises(NotFound):
            create_village(no_commune, "Mới")
