"""The country's places come into the database once, whole, with what lies within what."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, text

from app.db import db
from app.org_units.hierarchy import ancestors, valid_on
from app.org_units.load import Loaded, load_file, load_units
from app.org_units.models import (
    OrgUnit,
    OrgUnitAncestor,
    OrgUnitCode,
    OrgUnitLevel,
    OrgUnitParent,
    OrgUnitSuccession,
)
from tests.people import GIA_LAI, IA_DOM, unit, village

pytestmark = pytest.mark.usefixtures("app")

TABLES = (OrgUnit, OrgUnitCode, OrgUnitParent, OrgUnitAncestor, OrgUnitSuccession, OrgUnitLevel)
EVERYTHING = Loaded(
    new=0, provinces=34, districts=696, communes=3321,
    old_provinces=63, old_communes=10_035, successions=10_634,
)  # fmt: skip
HEADER = "code,level,type,name,parent_code,valid_from,longitude,latitude\n"


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


def test_all_provinces_and_communes_are_there_each_with_its_code():
    rows = db.session.execute(
        select(OrgUnit.level, OrgUnit.valid_to.is_(None), func.count()).group_by(
            OrgUnit.level, OrgUnit.valid_to.is_(None)
        )
    )

    assert {(level, present): n for level, present, n in rows} == {
        ("province", True): 34,
        ("commune", True): 3321,
        ("province", False): 63,
        ("district", False): 696,
        ("commune", False): 10_035,
    }
    assert count(OrgUnitCode) == 34 + 3321 + 63 + 696 + 10_035
    assert count(OrgUnitSuccession) == 10_634


@pytest.mark.parametrize(
    ("on", "levels"),
    [
        ("2025-07-01", {("province", 0): 34, ("commune", 0): 3321, ("commune", 1): 3321}),
        (
            "2025-06-30",
            {
                ("province", 0): 63,
                ("district", 0): 696,
                ("district", 1): 696,
                ("commune", 0): 10_035,
                ("commune", 1): 10_035,
                ("commune", 2): 10_035,
            },
        ),
    ],
)
def test_three_tiers_and_two_tiers_stand_side_by_side(on, levels):
    day = date.fromisoformat(on)
    rows = db.session.execute(
        select(OrgUnit.level, OrgUnitAncestor.distance, func.count())
        .join(OrgUnitAncestor, OrgUnitAncestor.unit_id == OrgUnit.id)
        .where(valid_on(OrgUnit, day), valid_on(OrgUnitAncestor, day))
        .group_by(OrgUnit.level, OrgUnitAncestor.distance)
    )

    assert {(level, distance): n for level, distance, n in rows} == levels


def test_the_ground_of_every_old_place_lies_in_a_province_of_today():
    in_province = (
        select(func.count(OrgUnitAncestor.unit_id.distinct()))
        .join(OrgUnit, OrgUnit.id == OrgUnitAncestor.ancestor_id)
        .where(OrgUnit.level == "province", valid_on(OrgUnitAncestor, date(2025, 7, 1)))
    )

    assert db.session.scalar(in_province) == 34 + 3321 + 63 + 696 + 10_035


def test_a_place_has_its_name_type_position_and_keys():
    ia_dom = unit(IA_DOM)

    assert (ia_dom.type, ia_dom.name, ia_dom.search_key) == ("xã", "Ia Dom", "ia dom")
    assert (ia_dom.longitude, ia_dom.latitude) == (107.535, 13.8078)
    assert (str(ia_dom.valid_from), ia_dom.valid_to) == ("2025-07-01", None)


def test_districts_are_a_level_that_has_ended():
    levels = db.session.scalars(select(OrgUnitLevel).order_by(OrgUnitLevel.rank)).all()

    assert [level.code for level in levels] == ["province", "district", "commune", "village"]
    assert [str(level.valid_to) for level in levels] == ["None", "2025-06-30", "None", "None"]


def test_loading_again_adds_nothing():
    before = [count(table) for table in TABLES]

    loaded = load_units()

    assert loaded == EVERYTHING
    after = [count(table) for table in TABLES]
    assert after == before


def test_a_commune_that_is_new_in_the_file_is_added_under_its_province(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(HEADER + f"99999,commune,xã,Ia Mới,{GIA_LAI},2026-01-01,,\n", "utf-8")

    loaded = load_file(path)

    assert loaded == Loaded(new=1, provinces=0, communes=1)
    added = unit("99999")
    assert (added.name, added.longitude) == ("Ia Mới", None)
    parents = select(OrgUnitAncestor.ancestor_id).where(
        OrgUnitAncestor.unit_id == added.id, OrgUnitAncestor.distance == 1
    )
    assert db.session.scalars(parents).all() == [unit(GIA_LAI).id]


def test_a_code_used_again_from_another_day_is_another_place(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(HEADER + f"{IA_DOM},commune,xã,Ia Cũ,{GIA_LAI},2026-01-01,,\n", "utf-8")

    assert load_file(path).new == 1


def test_a_commune_without_its_province_is_refused(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(HEADER + "99999,commune,xã,Ia Mới,98,2026-01-01,,\n", "utf-8")

    with pytest.raises(ValueError, match="99999"):
        load_file(path)


def test_an_installation_with_todays_places_alone_gets_the_older_ones_and_its_villages_follow():
    mook_den = village("Mook Đen")
    old_places = "select id from org_units where valid_to is not null"
    for table, column in (
        ("org_unit_successions", "predecessor_id"),
        ("org_unit_parents", "unit_id"),
        ("org_unit_codes", "org_unit_id"),
        ("org_units", "id"),
    ):
        db.session.execute(text(f"delete from {table} where {column} in ({old_places})"))
    db.session.execute(text("delete from org_unit_events"))

    loaded = load_units()

    assert loaded == replace(EVERYTHING, new=63 + 696 + 10_035)
    around = [place.name for place in ancestors(mook_den.id, date(2024, 5, 1))]
    assert around == ["Ia Dom", "Đức Cơ", "Gia Lai"]


def test_the_whole_country_is_loaded():
    db.session.execute(text("truncate org_units, org_unit_levels cascade"))

    loaded = load_units()

    assert loaded == replace(EVERYTHING, new=14_149)
