"""The places that come with the product: those since 1 July 2025, and those before."""

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
OLD_ROWS_SHA256 = "2636c98a32e1e2e383e164fb1dc4431659e3fed509ab7404d5098cf4b238586d"
SUCCESSIONS_SHA256 = "799d4b16e52af90b325f4551511033fd0ca9798ef0908b49eb744dab8aff29d3"
ISLANDS_FAR_OUT = {"20333", "22736"}  # Hoàng Sa, Trường Sa


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


UNITS = read("units_2025.csv")
PROVINCES = {unit["code"]: unit for unit in UNITS if unit["level"] == "province"}
COMMUNES = {unit["code"]: unit for unit in UNITS if unit["level"] == "commune"}


OLD = read("units_before_2025.csv")
OLD_BY_CODE = {unit["code"]: unit for unit in OLD}
SUCCESSIONS = read("successions_2025.csv")


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


def test_the_counts_before_the_reform():
    assert Counter((unit["level"], unit["type"]) for unit in OLD) == {
        ("province", "tỉnh"): 57,
        ("province", "thành phố"): 6,
        ("district", "huyện"): 508,
        ("district", "quận"): 49,
        ("district", "thành phố"): 87,
        ("district", "thị xã"): 52,
        ("commune", "xã"): 7692,
        ("commune", "phường"): 1726,
        ("commune", "thị trấn"): 617,
    }
    assert len(OLD_BY_CODE) == len(OLD) == 63 + 696 + 10_035


@pytest.mark.parametrize(
    ("rows", "digest"), [(OLD, OLD_ROWS_SHA256), (SUCCESSIONS, SUCCESSIONS_SHA256)]
)
def test_not_one_older_row_changed_unnoticed(rows, digest):
    text = "\n".join(",".join(row.values()) for row in rows)

    assert hashlib.sha256(text.encode()).hexdigest() == digest


@pytest.mark.parametrize("name", ["units_before_2025.csv", "successions_2025.csv"])
def test_the_older_files_are_plain(name):
    content = (DATA / name).read_bytes()

    assert content.endswith(b"\n")
    assert not {b"\r", b'"'} & {content[i : i + 1] for i in range(len(content))}
    assert unicodedata.is_normalized("NFC", content.decode("utf-8"))


def test_old_places_lie_in_each_other_level_by_level():
    above = {"commune": "district", "district": "province"}

    for place in OLD:
        around = OLD_BY_CODE.get(place["parent_code"])
        assert (around and around["level"]) == above.get(place["level"]), place


def test_old_coordinates_lie_in_viet_nam():
    for place in OLD:
        if place["latitude"]:
            assert 8.3 < float(place["latitude"]) < 23.5, place
            assert 102.1 < float(place["longitude"]) < 116, place


def test_the_counts_of_the_crosswalk():
    counts = Counter((len(row["old"]), row["extent"]) for row in SUCCESSIONS)

    assert counts == {(2, "whole"): 63, (3, "whole"): 5, (5, "whole"): 9593, (5, "part"): 973}
    parts = Counter(row["old"] for row in SUCCESSIONS if row["extent"] == "part")
    assert (len(parts), min(parts.values()), max(parts.values())) == (442, 2, 5)


def test_every_old_place_went_somewhere_and_every_new_one_came_from_somewhere():
    gone = {place["code"] for place in OLD if place["level"] != "district"}
    islands = {"318", "471", "498", "536", "755"}

    assert {row["old"] for row in SUCCESSIONS} == gone | islands
    assert {row["new"] for row in SUCCESSIONS} == set(PROVINCES) | set(COMMUNES)


def test_ground_stays_in_its_province():
    province_of = {row["old"]: row["new"] for row in SUCCESSIONS if len(row["old"]) == 2}

    for row in SUCCESSIONS:
        if len(row["old"]) == 5:
            district = OLD_BY_CODE[OLD_BY_CODE[row["old"]]["parent_code"]]
            assert province_of[district["parent_code"]] == COMMUNES[row["new"]]["parent_code"], row


@pytest.mark.parametrize(
    ("code", "type_", "name", "district", "new"),
    [
        ("23872", "xã", "Ia Dom", "Đức Cơ", {"23872"}),
        ("01018", "xã", "Phiêng Luông", "Bắc Mê", {"01006"}),
        ("00907", "xã", "Tả Ván", "Quản Bạ", {"00892"}),
        ("01087", "xã", "Nậm Ty", "Hoàng Su Phì", {"01075"}),
        ("01222", "xã", "Xuân Minh", "Quang Bình", {"01090"}),
        ("00679", "xã", "Đại Áng", "Thanh Trì", None),  # "Đại áng" in the source
        # Namesakes in one new province, which the source confuses.
        ("25462", "phường", "4", "Tây Ninh", {"25459"}),
        ("27691", "phường", "4", "Tân An", {"27694"}),
        ("11890", "xã", "Hòa Bình", "Vĩnh Bảo", {"11911"}),
        ("10798", "xã", "Hòa Bình", "Kim Thành", {"10804", "10843"}),
    ],
)
def test_old_places_one_knows(code, type_, name, district, new):
    place = OLD_BY_CODE[code]

    assert (place["type"], place["name"]) == (type_, name)
    assert OLD_BY_CODE[place["parent_code"]]["name"] == district
    if new:
        assert {row["new"] for row in SUCCESSIONS if row["old"] == code} == new
