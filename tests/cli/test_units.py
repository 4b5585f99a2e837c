"""`thonso units`: loading the country, looking places up, adding villages."""

import pytest
from sqlalchemy import select

from app.audit import AuditEvent
from app.db import db
from app.org_units.queries import find_village
from tests.people import IA_DOM, village


def test_loading_again_says_that_nothing_is_new(thonso):
    done = thonso("units load")

    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "34 provinces, 3321 communes; 0 new.",
        "Until 30 June 2025: 63 provinces, 696 districts, 10035 communes; 10634 successions.",
    ]


@pytest.mark.parametrize("text", [IA_DOM, "'Ia Dom'", "'ia dom'"])
def test_a_place_is_found_by_code_and_by_name(thonso, text):
    done = thonso(f"units find {text}")

    assert done.exit_code == 0
    assert f"{IA_DOM}  Ia Dom Commune, Gia Lai Province\n" in done.output


def test_a_village_is_found_by_its_id(thonso):
    mook_den = village("Mook Đen")
    db.session.commit()

    done = thonso(f"units find {mook_den.public_id.lower()}")

    assert (
        done.output == f"{mook_den.public_id}  Mook Đen Village, Ia Dom Commune, Gia Lai Province\n"
    )


def test_what_is_not_there_is_said_so(thonso):
    done = thonso("units find Atlantis")

    assert done.exit_code == 1
    assert "No place is called Atlantis" in done.output


def test_a_village_is_added_once_and_on_record(thonso):
    at = "--longitude 107.5 --latitude 13.8"
    added = thonso(f"units add-village {IA_DOM} 'Mook Đen' --type làng --alias 'Plei Mook' {at}")
    again = thonso(f"units add-village {IA_DOM} 'mook den' --type làng")
    vietnamese = thonso(f"units add-village {IA_DOM} 'mook den' --type làng --language vi")

    assert added.exit_code == 0, added.output
    found = find_village(added.output.split()[0])
    assert (found.name, found.type, found.longitude) == ("Mook Đen", "làng", 107.5)
    assert found.public_id in thonso("units find 'plei mook'").output
    assert (again.exit_code, vietnamese.exit_code) == (1, 1)
    assert f"({found.public_id}) is there, which differs in marks only" in again.output
    assert f"Đã có Mook Đen ({found.public_id}), chỉ khác dấu" in vietnamese.output
    acts = db.session.scalars(select(AuditEvent.action)).all()
    assert acts == ["village.created"]


@pytest.mark.parametrize("commune", ["52", "00000"])
def test_a_village_needs_a_commune(thonso, commune):
    done = thonso(f"units add-village {commune} Mới")

    assert done.exit_code == 1
    assert "Error: " in done.output


def test_a_place_that_ended_is_found_by_code_and_former_name(thonso):
    assert thonso("units find 'phieng luong'").exit_code == 1
    found = "01018  Phiêng Luông Commune, Bắc Mê District, Hà Giang Province (until 2025-06-30)\n"
    assert thonso("units find --ever 'phieng luong'").output == found
    assert thonso("units find --ever 01018").output == found


def test_another_name_is_added_and_taken_away(thonso):
    assert thonso(f"units alias {IA_DOM} 'Cửa khẩu Lệ Thanh'").exit_code == 0
    assert IA_DOM in thonso("units find 'le thanh'").output
    assert "is the name" in thonso(f"units alias {IA_DOM} 'Ia Dom'").output
    assert thonso(f"units alias {IA_DOM} 'Cửa khẩu Lệ Thanh' --remove").exit_code == 0
    again = thonso(f"units alias {IA_DOM} 'Cửa khẩu Lệ Thanh' --remove")
    assert (again.exit_code, "no such other name" in again.output) == (1, True)


def test_a_list_of_villages_is_refused_in_the_readers_language(thonso, tmp_path):
    file = tmp_path / "thôn.csv"
    file.write_text(f"mã xã;tên;loại\n{IA_DOM};Bi;làng\n892;Bo;làng\n", encoding="utf-8")

    refused = thonso(f"units import-villages '{file}' --language vi")
    assert "row 3: Mã bị mất số 0 ở đầu: hãy ghi 00892" in refused.output
    assert "Nothing was added" in refused.output
    done = thonso(f"units import-villages '{file}' --skip 3")
    assert "1 villages right, 0 rows wrong, 1 left out on purpose; 1 added." in done.output
