"""A province's list of villages: each mistake with its row, and nothing is half taken in."""

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import func, select

from app import village_lists
from app.accounts.actors import OPERATOR, Actor, Grant
from app.db import db, transaction
from app.i18n import in_language
from app.org_units.hierarchy import ancestors, parent
from app.org_units.models import OrgUnit
from app.org_units.village_mistakes import MISTAKES
from app.org_units.village_sheet import HEADERS
from tests.people import PLEIKU, unit, village

pytestmark = pytest.mark.usefixtures("app")

COLUMNS = ("commune", "name", "type", "lay_in", "longitude", "latitude", "valid_from",
           "aliases", "skip", "confirm")  # fmt: skip
HEADER = [HEADERS[column][0] for column in COLUMNS]
GOOD = {"commune": "23872", "type": "làng"}


def sheet(*rows: dict, header=HEADER) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(header)
    for row in rows:
        book.active.append([row.get(column) for column in COLUMNS])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def take_in(content: bytes, suffix: str = ".xlsx", **how) -> village_lists.Report:
    with transaction():
        return village_lists.take_in(content, suffix, **{"actor": OPERATOR} | how)


def count() -> int:
    return db.session.scalar(select(func.count()).where(OrgUnit.level == "village"))


# One row for each kind of mistake of a row, in a sheet with everything else right.
MISTAKEN = [
    ({"commune": None, "name": "A1"}, "no_commune"),
    ({"commune": 892, "name": "A2"}, "lost_zeros"),
    ({"commune": "23872.0", "name": "A3"}, "decimal_code"),
    ({"commune": "xã Ia Dom", "name": "A4"}, "not_a_code"),
    ({"commune": "52", "name": "A5"}, "province_code"),
    ({"commune": "032", "name": "A6"}, "district_code"),
    ({"commune": "99999", "name": "A7"}, "unknown_code"),
    ({"commune": "01018", "name": "A8"}, "retired_code"),
    ({"commune": "00553", "name": "A9"}, "divided_code"),
    ({"commune": PLEIKU, "name": "A10"}, "elsewhere"),
    ({"name": None}, "no_name"),
    ({"name": "- ’ -"}, "signs_only"),
    ({"name": "Làng Bi"}, "type_in_name"),
    ({"name": "Bi " * 50}, "long_name"),
    ({"name": "Bi\u200bBi"}, "invisible"),
    ({"name": "+Bi"}, "formula"),
    ({"name": "#N/A"}, "broken_cell"),
    ({"name": "Th«n Bi"}, "old_font"),
    ({"name": "23872"}, "code_for_name"),
    ({"name": "B1", "type": None}, "no_type"),
    ({"name": "B2", "type": "lng"}, "unknown_type"),
    ({"name": "B3", "type": "xã"}, "commune_type"),
    ({"name": "Hai Lần"}, None),
    ({"name": "Hai Lần"}, "twice"),
    ({"name": "Hài Lan"}, "twice_but_marks"),
    ({"name": "Mook Đen"}, "exists"),
    ({"name": "Mook Tráng"}, "exists_but_marks"),
    ({"name": "Mook Trangg"}, "similar"),
    ({"name": "C1", "longitude": 107.5}, "half_a_point"),
    ({"name": "C2", "longitude": "107°30", "latitude": 13.8}, "not_a_number"),
    ({"name": "C3", "longitude": 13.8, "latitude": 107.5}, "interchanged"),
    ({"name": "C4", "longitude": 2.35, "latitude": 48.85}, "outside"),
    ({"name": "C5", "longitude": 105.8, "latitude": 21.0}, "far_away"),
    ({"name": "D1", "valid_from": "30/2/2026"}, "not_a_date"),
    ({"name": "D2", "valid_from": "1/5/26"}, "not_a_date"),
    ({"name": "D3", "valid_from": "2099-01-01"}, "future"),
    ({"name": "D4", "valid_from": "1975-04-30"}, "too_long_ago"),
    ({"name": "E1", "lay_in": "99998"}, "unknown_old_code"),
    ({"name": "E2", "lay_in": "01018"}, "not_from_there"),
    ({"commune": "01075", "name": "E3", "valid_from": "2020-01-01"}, "which_old"),
    ({"name": "F1", "aliases": "F1; F2"}, "alias_is_name"),
    ({"name": "F3", "confirm": "?"}, "unclear_mark"),
]  # fmt: skip


@pytest.fixture
def there():
    with transaction():
        village("Mook Đen")
        village("Mook Trang")


@pytest.fixture
def analyst():
    """Somebody who may enter villages in three communes."""
    communes = (unit(code).id for code in ("23872", "01075", "00892"))
    grants = tuple(Grant(1, "province_analyst", commune) for commune in communes)
    return Actor("user", 1, "Lan", "vi", grants)


def test_forty_kinds_of_mistakes_each_with_its_row_and_reason(there, analyst):
    rows = [GOOD | row for row, _ in MISTAKEN]

    report = take_in(sheet(*rows), actor=analyst)

    expected = {(row, code) for row, (_, code) in enumerate(MISTAKEN, 2) if code}
    assert {(mistake.row, mistake.code) for mistake in report.mistakes} == expected
    assert len({code for _, code in expected}) >= 40
    assert (report.made, count()) == ((), 2)
    said = {}
    for language in ("en", "vi"):
        with in_language(language):
            said[language] = [village_lists.said(mistake) for mistake in report.mistakes]
    for english, vietnamese, mistake in zip(*said.values(), report.mistakes, strict=True):
        assert english != vietnamese, mistake
        assert "%(" not in english + vietnamese
    assert "Mã bị mất số 0 ở đầu: hãy ghi 00892 dạng văn bản." in said["vi"]
    assert any("chỉ khác dấu" in text and "Mook Trang (T-" in text for text in said["vi"])


def test_nothing_is_taken_in_until_the_mistakes_are_gone_or_left_out_on_purpose(there, analyst):
    rows = [GOOD | row for row, _ in MISTAKEN]
    wrong = take_in(sheet(*rows), actor=analyst).wrong_rows
    last = max(wrong)

    still = take_in(sheet(*rows), actor=analyst, skipped=wrong - {last})
    assert (still.wrong_rows, count()) == ({last}, 2)
    rows[last - 2]["skip"] = "x"
    done = take_in(sheet(*rows), actor=analyst, skipped=wrong - {last})

    assert [unit.name for unit in done.made] == ["Hai Lần"]
    assert (done.skipped, count()) == (len(wrong), 3)


def test_a_good_list_is_checked_first_and_then_taken_in(there):
    content = sheet(
        GOOD | {"name": "Bi", "aliases": "Plei Bi; Bi Cũ", "longitude": "107,54", "latitude": 13.8},
        GOOD | {"name": "Mook Dén", "confirm": "x"},
        {"commune": "01075", "name": "Nậm Ty Một", "type": "Bản", "lay_in": "01087"},
        {"commune": "01075", "name": "Mới", "type": "bản", "valid_from": date(2026, 5, 1)},
    )

    tried = take_in(content, dry_run=True)
    assert (tried.right, tried.mistakes, count()) == (4, [], 2)
    done = take_in(content)

    bi, _, nam_ty, new = done.made
    assert (bi.longitude, parent(bi.id).name) == (107.54, "Ia Dom")
    assert ancestors(nam_ty.id, date(2024, 5, 1))[0].name == "Nậm Ty"
    assert new.valid_from == date(2026, 5, 1)
    assert take_in(content).wrong_rows == {2, 3, 4, 5}  # again: all are there


@pytest.mark.parametrize(
    ("content", "suffix", "codes"),
    [
        (b"PK no workbook", ".xlsx", {"unreadable"}),
        (b"\xff\xfe\x00", ".csv", {"unreadable"}),
        (b"", ".csv", {"empty"}),
        ("mã xã;tên;loại\n".encode(), ".csv", {"empty"}),
        (b"commune code,name,type,colour\n23872,Bi,lang,red\n", ".csv", {"unknown_header"}),
        (b"commune code,name,name\n", ".csv", {"double_header", "no_header"}),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(content, suffix, codes):
    report = take_in(content, suffix)

    assert {mistake.code for mistake in report.mistakes} == codes
    assert report.wrong_rows == {0}


def test_a_csv_of_a_vietnamese_spreadsheet_is_read():
    content = "﻿Mã xã;Tên thôn;Loại\n23872;Bi;làng\n23872;Bía;làng\n".encode()

    assert [unit.name for unit in take_in(content, ".csv", skipped={3}).made] == ["Bi"]


def test_every_kind_of_mistake_has_been_seen():
    seen = {code for _, code in MISTAKEN if code}
    seen |= {"unreadable", "empty", "unknown_header", "double_header", "no_header", "too_many"}

    assert seen == set(MISTAKES)
