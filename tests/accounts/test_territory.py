"""Places an actor may see: found by level, name, code and parent, within their territory."""

import pytest

from app.accounts.actors import OPERATOR
from app.accounts.territory import UnitFilter, find_units, get_unit, parents_of
from app.db import transaction
from app.errors import NotFound
from tests import people


@pytest.fixture
def village(app):
    with transaction():
        return people.village()


def actor(place, role="commune_lead"):
    with transaction():
        return people.actor(role, place)


def found(who, **asked):
    return [unit.name for unit in find_units(who, "unit.read", UnitFilter(**asked))]


def test_a_commune_lead_sees_the_commune_and_its_villages(village):
    lead = actor(people.IA_DOM)

    assert found(lead) == ["Ia Dom", "Mook Đen"]
    assert found(lead, level="village") == ["Mook Đen"]
    assert found(lead, level="province") == []
    assert found(actor(people.PLEIKU), text="mook") == []


def test_names_are_found_without_marks_codes_exactly(village):
    assert "Ia Dơk" in found(OPERATOR, text="IA DOK")
    assert found(OPERATOR, code=people.IA_DOM) == ["Ia Dom"]
    assert found(OPERATOR, code=str(village.public_id).lower()) == ["Mook Đen"]
    assert found(OPERATOR, code="2387%") == []
    assert found(OPERATOR, text="%") == found(OPERATOR)  # nothing to look for


def test_what_lies_below_a_place_leaves_the_place_itself_out(village):
    commune = people.unit(people.IA_DOM)

    assert found(OPERATOR, below=commune.id) == ["Mook Đen"]
    assert (
        len(
            find_units(
                OPERATOR, "unit.read", UnitFilter(below=people.unit("52").id, level="commune")
            )
        )
        == 135
    )


def test_a_place_outside_the_territory_is_not_found(village):
    lead = actor(people.IA_DOM)

    assert get_unit(lead, "unit.read", village.id) is village
    for unit_id in (people.unit(people.PLEIKU).id, people.unit(people.GIA_LAI).id, 2**31 - 1):
        with pytest.raises(NotFound):
            get_unit(lead, "unit.read", unit_id)
    with pytest.raises(NotFound):
        get_unit(lead, "unit.read", village.id, level="commune")
    with pytest.raises(NotFound):
        get_unit(lead, "form.manage", village.id)


def test_parents_are_the_places_right_above(village):
    commune, province = people.unit(people.IA_DOM), people.unit(people.GIA_LAI)

    assert parents_of([village.id, commune.id, province.id]) == {
        village.id: commune.id, commune.id: province.id
    }  # fmt: skip


@pytest.mark.parametrize("text", ["Ia Dom", "ia dom", "IA  DOM", "ia-dom"])
def test_marks_capitals_and_spaces_do_not_matter(app, text):
    assert "Ia Dom" in found(OPERATOR, text=text)


def test_the_exact_name_comes_first_and_a_level_is_kept_to(app):
    assert found(OPERATOR, text="ha noi")[0] == "Hà Nội"
    assert found(OPERATOR, text="ha noi", level="village") == []


@pytest.mark.parametrize("text", ["", "%", "_", "  ", "\0", "'"])
def test_signs_alone_are_nothing_to_look_for(app, text):
    assert found(OPERATOR, text=text) == found(OPERATOR)
