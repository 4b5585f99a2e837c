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
    added = thonso(f"units add-village {IA_DOM} 'Mook Đen' --type làng --longitude 107.5")
    again = thonso(f"units add-village {IA_DOM} 'mook den' --type làng")

    assert added.exit_code == 0, added.output
    found = find_village(added.output.split()[0])
    assert (found.name, found.type, found.longitude) == ("Mook Đen", "làng", 107.5)
    assert again.exit_code == 1
    assert found.public_id in again.output
    acts = db.session.scalars(select(AuditEvent.action)).all()
    assert acts == ["village.created"]


@pytest.mark.parametrize("commune", ["52", "00000"])
def test_a_village_needs_a_commune(thonso, commune):
    done = thonso(f"units add-village {commune} Mới")

    assert done.exit_code == 1
    assert "Error: " in done.output
