"""What lies within what, today and on other dates; finding places by code and name."""

from datetime import date

import pytest
from sqlalchemy import select

from app.db import db
from app.errors import NotFound
from app.org_units import hierarchy, queries
from app.org_units.ground import Span
from app.org_units.models import OrgUnit, OrgUnitAncestor
from tests.people import GIA_LAI, HA_NOI, IA_DOM, PLEIKU, unit, village

pytestmark = pytest.mark.usefixtures("app")

BEFORE_THE_REFORM = date(2025, 6, 30)
FIRST_DAY = date(2025, 7, 1)


def named(units) -> list[str]:
    return [place.name for place in units]


def test_a_village_lies_in_its_commune_and_province_nearest_first():
    assert named(hierarchy.ancestors(village("Mook Đen").id)) == ["Ia Dom", "Gia Lai"]


def test_the_parent_is_right_above_and_a_province_has_none():
    assert hierarchy.parent(unit(IA_DOM).id) == unit(GIA_LAI)
    assert hierarchy.parent(unit(GIA_LAI).id) is None


def test_a_province_holds_its_communes_and_their_villages():
    mook_den = village("Mook Đen")

    below = hierarchy.descendants(unit(GIA_LAI).id)

    assert {unit(IA_DOM), unit(PLEIKU), mook_den} <= set(below)
    assert unit(GIA_LAI) not in below
    assert hierarchy.descendants(unit(GIA_LAI).id, level="village") == [mook_den]
    assert hierarchy.descendants(unit(HA_NOI).id, level="village") == []


def test_children_are_those_right_below_in_vietnamese_order():
    for name in ("Mook Trang", "Bia", "Bi", "Bà Đen", "Ba Đỏ"):
        village(name)

    assert named(hierarchy.children(unit(IA_DOM).id)) == [
        "Ba Đỏ",
        "Bà Đen",
        "Bi",
        "Bia",
        "Mook Trang",
    ]
    assert "Bi" not in named(hierarchy.children(unit(GIA_LAI).id))


def test_the_commune_of_a_village_and_of_a_commune():
    assert hierarchy.commune_of(village().id) == unit(IA_DOM)
    assert hierarchy.commune_of(unit(IA_DOM).id) == unit(IA_DOM)
    assert hierarchy.commune_of(unit(GIA_LAI).id) is None
    assert hierarchy.at_level(village("Mook Trang").id, "province") == unit(GIA_LAI)


def test_before_they_were_made_the_ground_of_places_lay_in_older_ones():
    ia_dom = unit(IA_DOM)

    assert named(hierarchy.ancestors(ia_dom.id, FIRST_DAY)) == ["Gia Lai"]
    assert named(hierarchy.ancestors(ia_dom.id, BEFORE_THE_REFORM)) == ["Đức Cơ", "Gia Lai"]
    assert hierarchy.ancestors(ia_dom.id, date(2000, 1, 1)) == []
    assert hierarchy.children(unit(GIA_LAI).id, BEFORE_THE_REFORM) == []


def test_the_last_day_of_a_relation_still_counts():
    ia_dom = unit(IA_DOM)
    inside = select(OrgUnitAncestor).where(
        OrgUnitAncestor.unit_id == ia_dom.id, OrgUnitAncestor.ancestor_id == unit(GIA_LAI).id
    )
    db.session.scalars(inside).one().valid_to = date(2026, 3, 31)

    assert hierarchy.parent(ia_dom.id, date(2026, 3, 31)) == unit(GIA_LAI)
    assert hierarchy.parent(ia_dom.id, date(2026, 4, 1)) is None


def test_a_place_filed_later_is_below_from_that_day_only():
    hamlet = OrgUnit(
        level="village", type="xóm", name="Mới", search_key="moi", sort_key="moi",
        valid_from=date(2026, 2, 1),
    )  # fmt: skip
    db.session.add(hamlet)
    db.session.flush()

    hierarchy.place_under(hamlet.id, [Span(date(2026, 2, 1), None, unit(IA_DOM).id)])

    assert hamlet in hierarchy.children(unit(IA_DOM).id, date(2026, 2, 1))
    assert hamlet not in hierarchy.children(unit(IA_DOM).id, date(2026, 1, 31))
    for on in (date(2026, 2, 1), date(2026, 1, 31)):  # its ground lay there before
        assert named(hierarchy.ancestors(hamlet.id, on)) == ["Ia Dom", "Gia Lai"]


def test_a_parents_relation_that_has_ended_is_not_inherited():
    ia_dom = unit(IA_DOM)
    inside = select(OrgUnitAncestor).where(
        OrgUnitAncestor.unit_id == ia_dom.id, OrgUnitAncestor.ancestor_id == unit(GIA_LAI).id
    )
    db.session.scalars(inside).one().valid_to = date(2025, 12, 31)
    db.session.flush()
    hamlet = OrgUnit(
        level="village", type="xóm", name="Mới", search_key="moi", sort_key="moi",
        valid_from=date(2026, 2, 1),
    )  # fmt: skip
    db.session.add(hamlet)
    db.session.flush()

    hierarchy.place_under(hamlet.id, [Span(date(2026, 2, 1), None, ia_dom.id)])

    assert named(hierarchy.ancestors(hamlet.id, date(2026, 2, 1))) == ["Ia Dom"]


def test_a_code_names_a_place_on_a_date():
    assert queries.find_by_code(IA_DOM, "commune", FIRST_DAY).name == "Ia Dom"
    assert queries.find_by_code(IA_DOM, "commune", BEFORE_THE_REFORM) != unit(IA_DOM)
    assert queries.find_by_code(IA_DOM, "commune", date(2000, 1, 1)) is None
    assert queries.find_by_code(IA_DOM, "province") is None


@pytest.mark.parametrize("code", ["", "00000", "23872 ", "2387", "' or 1=1 --", "a\0b", "\ud800"])
def test_what_is_no_code_finds_nothing(code):
    assert queries.find_by_code(code) is None
    assert queries.find_village(code) is None


def test_the_same_digits_before_and_after_the_reform_are_two_places():
    ia_kla = queries.find_by_code("23869", on=BEFORE_THE_REFORM)
    ia_dok = queries.find_by_code("23869", on=FIRST_DAY)

    assert (ia_kla.name, ia_dok.name) == ("Ia Kla", "Ia Dơk")
    assert queries.code_of(ia_kla, BEFORE_THE_REFORM) == "23869"
    assert queries.code_of(ia_kla, FIRST_DAY) is None


def test_codes_of_many_places_at_once():
    mook_den = village()

    codes = queries.codes_of([unit(IA_DOM).id, unit(GIA_LAI).id, mook_den.id])

    assert codes == {
        unit(IA_DOM).id: IA_DOM,
        unit(GIA_LAI).id: GIA_LAI,
        mook_den.id: mook_den.public_id,
    }
    assert queries.code_of(mook_den) == mook_den.public_id


def test_names_in_full_in_both_languages():
    assert queries.display_name(unit(IA_DOM)) == "Xã Ia Dom"
    assert queries.display_name(unit(IA_DOM), "en") == "Ia Dom Commune"
    assert queries.display_name(village("Mook Đen"), "vi") == "Làng Mook Đen"


def test_there_is_no_place_with_an_unknown_id():
    with pytest.raises(NotFound):
        queries.get_unit(0)
