"""The questionnaires become forms for phones, without a warning."""

import re
import shutil

import pytest
from pyxform.xls2xform import convert

FORMS = {"xhs_lap_ds_ho", "xhs_ho", "xhs_kynang", "xhs_dichvu", "xhs_thon"}


def test_the_folder_holds_these_five_and_nothing_else(shipped):
    assert set(shipped) == FORMS


def test_there_is_nothing_to_warn_of(compiled, code):
    assert compiled[code].warnings == ()


def test_the_form_says_its_own_id_and_version(compiled, code):
    definition = compiled[code].definition
    assert definition.xml_form_id == code
    assert re.fullmatch(r"20\d{8}", definition.version)
    assert definition.default_language == "vi"


def test_lists_come_from_the_server_and_nothing_else_is_attached(compiled, code):
    of_households = set() if code == "xhs_thon" else {"households.csv"}
    assert set(compiled[code].definition.media) == {"communes.csv", "villages.csv"} | of_households


def test_the_phone_draws_nobody(compiled, code):
    assert b"random(" not in compiled[code].xml


@pytest.mark.jdk
@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
def test_odk_validate_agrees(shipped, code):
    assert convert(shipped[code], validate=True).warnings == []
