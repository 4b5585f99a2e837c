"""The country's places come into the database once, whole, with what lies within what."""

import time
from collections import Counter

import pytest
from sqlalchemy import func, select, text

from app.db import db
from app.org_units.load import Loaded, load_units
from app.org_units.models import OrgUnit, OrgUnitAncestor, OrgUnitCode, OrgUnitLevel
from tests.people import GIA_LAI, IA_DOM, unit

pytestmark = pytest.mark.usefixtures("app")

HEADER = "code,level,type,name,parent_code,valid_from,longitude,latitude\n"


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


def test_all_provinces_and_communes_are_there_each_with_its_code():
    by_level = db.session.execute(select(OrgUnit.level, func.count()).group_by(OrgUnit.level))

    assert dict(by_level.all()) == {"province": 34, "commune": 3321}
    assert count(OrgUnitCode) == 34 + 3321


def test_every_commune_lies_in_one_province_and_in_itself():
    rows = db.session.execute(
        select(OrgUnit.level, OrgUnitAncestor.distance, func.count())
        .join(OrgUnitAncestor, OrgUnitAncestor.unit_id == OrgUnit.id)
        .group_by(OrgUnit.level, OrgUnitAncestor.distance)
    )

    assert Counter({(level, distance): n for level, distance, n in rows}) == {
        ("province", 0): 34,
        ("commune", 0): 3321,
        ("commune", 1): 3321,
    }


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
    before = [count(table) for table in (OrgUnit, OrgUnitCode, OrgUnitAncestor, OrgUnitLevel)]

    loaded = load_units()

    assert loaded == Loaded(new=0, provinces=34, communes=3321)
    after = [count(table) for table in (OrgUnit, OrgUnitCode, OrgUnitAncestor, OrgUnitLevel)]
    assert after == before


def test_a_commune_that_is_new_in_the_file_is_added_under_its_province(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(HEADER + f"99999,commune,xã,Ia Mới,{GIA_LAI},2026-01-01,,\n", "utf-8")

    loaded = load_units(path)

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

    assert load_units(path).new == 1


def test_a_commune_without_its_province_is_refused(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(HEADER + "99999,commune,xã,Ia Mới,98,2026-01-01,,\n", "utf-8")

    with pytest.raises(ValueError, match="99999"):
        load_units(path)


def test_the_whole_country_is_loaded_in_seconds():
    db.session.execute(text("truncate org_units, org_unit_levels cascade"))
    began = time.monotonic()

    loaded = load_units()

    assert loaded == Loaded(new=3355, provinces=34, communes=3321)
    assert time.monotonic() - began < 3
