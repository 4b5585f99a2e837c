"""The places that come with the product: 34 provinces and 3,321 communes since 1 July 2025."""

import csv
import hashlib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from app.org_units import names

DATA = Path(names.__file__).parent / "data"
COLUMNS = "code,level,type,name,parent_code,valid_from,longitude,latitude"
# Over the rows joined by commas and line feeds. Whoever changes a row changes this line, and the
# list of changes in the folder's README.md.
ROWS_SHA256 = "186d8b14e8a1d4b29d17190e088dad06949a81c2db1d3b5325311b940430fd81"
ISLANDS_FAR_OUT = {"20333", "22736"}  # Hoàng Sa, Trường Sa


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


UNITS = read("units_2025.csv")
PROVINCES = {unit["code"]: unit for unit in UNITS if unit["level"] == "province"}
COMMUNES = {unit["code"]: unit for unit in UNITS if unit["level"] == "commune"}


def test_the_official_counts():
    assert Counter((unit["level"], unit["type"]) for unit in UNITS) == {
        ("province", "tỉnh"): 28,
        ("province", "thành phố"): 6,
        ("commune", "xã"): 2621,
        ("commune", "phường"): 687,
        ("commune", "đặc khu"): 13,
    }


def test_not_one_row_changed_unnoticed():
    rows = "\n".join(",".join(unit.values()) for unit in UNITS)

    assert hashlib.sha256(rows.encode()).hexdigest() == ROWS_SHA256


def test_the_file_is_plain():
    content = (DATA / "units_2025.csv").read_bytes()

    assert content.startswith(COLUMNS.encode() + b"\n01,")
    assert content.endswith(b"\n")
    assert b"\r" not in content
    assert b'"' not in content
    assert unicodedata.is_normalized("NFC", content.decode("utf-8"))


def test_codes_are_text_of_fixed_length_and_each_stands_once_in_order():
    codes = [unit["code"] for unit in UNITS]

    assert all(code.isascii() and code.isdigit() for code in codes)
    assert {len(code) for code in PROVINCES} == {2}
    assert {len(code) for code in COMMUNES} == {5}
    assert codes == sorted(PROVINCES) + sorted(COMMUNES)
    assert "00004" in COMMUNES  # Ba Đình: a spreadsheet would have made it 4


def test_every_commune_lies_in_a_province_and_every_province_has_communes():
    assert {unit["parent_code"] for unit in PROVINCES.values()} == {""}
    assert {unit["parent_code"] for unit in COMMUNES.values()} == set(PROVINCES)


def test_no_name_stands_twice_in_one_province():
    within = Counter((unit["parent_code"], unit["name"]) for unit in COMMUNES.values())

    assert [name for name, count in within.items() if count > 1] == []


def test_ten_pairs_in_one_province_differ_only_in_marks_so_a_search_may_find_two():
    within = Counter((unit["parent_code"], names.fold(unit["name"])) for unit in COMMUNES.values())

    assert Counter(within.values()) == {1: 3301, 2: 10}
    assert within["31", "cam giang"] == 2  # Cẩm Giang and Cẩm Giàng


def test_names_stand_without_their_type_and_without_stray_spaces():
    types = tuple(f"{unit['type'].capitalize()} " for unit in UNITS)

    assert [unit for unit in UNITS if unit["name"].startswith(types)] == []
    assert [unit for unit in UNITS if unit["name"] != " ".join(unit["name"].split())] == []
    assert all(unit["name"][0].isupper() or unit["name"][0].isdigit() for unit in UNITS)


def test_everything_is_valid_from_the_day_of_the_reform():
    assert {unit["valid_from"] for unit in UNITS} == {"2025-07-01"}


def test_coordinates_lie_in_viet_nam():
    for unit in UNITS:
        if unit["latitude"]:
            longitude, latitude = float(unit["longitude"]), float(unit["latitude"])
            assert 8.3 < latitude < 23.4, unit
            assert 102.1 < longitude < (115 if unit["code"] in ISLANDS_FAR_OUT else 109.5), unit


def test_coordinates_that_contradicted_the_old_communes_are_left_out():
    without = {unit["code"] for unit in UNITS if not unit["latitude"]}

    assert without == {"04714", "06172", "06757", "06967", "29983"}
    assert without == {unit["code"] for unit in UNITS if not unit["longitude"]}


def test_coordinates_the_source_had_interchanged_lie_in_the_right_part_of_the_province():
    luong_son, son_luong = COMMUNES["04924"], COMMUNES["08296"]  # Hòa Bình; Yên Lập
    thanh_binh, luong_hoa_lac = COMMUNES["30130"], COMMUNES["28615"]  # at the Tiền; near Mỹ Tho

    assert float(luong_son["latitude"]) < 21 < float(son_luong["latitude"])
    assert float(thanh_binh["longitude"]) < 106 < float(luong_hoa_lac["longitude"])


@pytest.mark.parametrize(
    ("code", "unit_type", "name", "province"),
    [
        ("23872", "xã", "Ia Dom", "Gia Lai"),
        ("23869", "xã", "Ia Dơk", "Gia Lai"),  # the old code of Ia Kla
        ("01006", "xã", "Yên Cường", "Tuyên Quang"),  # Phiêng Luông went there
        ("00892", "xã", "Tùng Vài", "Tuyên Quang"),  # Tả Ván went there
        ("01075", "xã", "Nậm Dịch", "Tuyên Quang"),  # Nậm Ty of Hoàng Su Phì went there
        ("04186", "xã", "Nậm Ty", "Sơn La"),  # another Nậm Ty
        ("01237", "xã", "Quang Bình", "Tuyên Quang"),
        ("01090", "xã", "Thông Nguyên", "Tuyên Quang"),
        ("15865", "xã", "Hoằng Hóa", "Thanh Hóa"),
        ("00166", "phường", "Cầu Giấy", "Hà Nội"),
        ("22736", "đặc khu", "Trường Sa", "Khánh Hòa"),
        # One column of the source calls these four by the wrong type.
        ("10543", "phường", "Việt Hòa", "Hải Phòng"),
        ("31213", "phường", "Tân Lộc", "Cần Thơ"),
        ("31012", "xã", "Vĩnh Hòa", "An Giang"),
        ("31299", "xã", "Phong Điền", "Cần Thơ"),
    ],
)
def test_seed_places(code, unit_type, name, province):
    unit = COMMUNES[code]

    assert (unit["type"], unit["name"]) == (unit_type, name)
    assert PROVINCES[unit["parent_code"]]["name"] == province


def test_the_code_of_gia_lai_is_the_old_code_of_binh_dinh():
    assert PROVINCES["52"]["name"] == "Gia Lai"
    assert "64" not in PROVINCES


def test_the_licence_of_the_source_stands_beside_the_data():
    readme = (DATA / "README.md").read_text(encoding="utf-8")

    assert "Copyright (c) 2025 Tran Ngoc Minh Hieu" in readme
    assert "The above copyright notice and this permission notice shall be included" in readme
