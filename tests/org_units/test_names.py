"""Names of places as people type them, as lists order them, as documents write them."""

import csv
import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.org_units import names
from app.org_units.names import fold, official_name, sort_key

UNITS = Path(names.__file__).parent / "data" / "units_2025.csv"
VOWELS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"
VIETNAMESE = VOWELS + "bcdđghklmnpqrstvx"


@pytest.mark.parametrize(
    ("typed", "official"),
    [
        ("ea hleo", "Ea H'Leo"),
        ("Ea H’Leo", "Ea H'Leo"),
        ("Ea Hʼleo", "Ea H'Leo"),
        ("Giao Thuỷ", "Giao Thủy"),
        ("giao thuy", "Giao Thủy"),
        ("Hoằng Hoá", "Hoằng Hóa"),
        (unicodedata.normalize("NFD", "Phiêng Luông"), "Phiêng Luông"),
        ("DAK LAK", "Đắk Lắk"),
        ("Ðắk Lắk", "Đắk Lắk"),  # the Icelandic letter, from old fonts
        ("  Hòa\u00a0 Khánh ", "Hòa Khánh"),
        ("Ia Do\u200bm", "Ia Dom"),
        ("Chân Mây–Lăng Cô", "Chân Mây - Lăng Cô"),
        ("chan may lang co", "Chân Mây - Lăng Cô"),
        ("Buon ama", "Ƀuôn Ama"),
        ("tdp so 5", "TDP. số 5"),
    ],
)
def test_what_people_type_finds_the_place(typed, official):
    assert fold(typed) == fold(official)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Tân An", "Tân Lập"), ("Phường 1", "Phường 11"), ("Ia Dom", "Ia Dơk"), ("Thôn 2", "Thôn")],
)
def test_places_that_differ_in_letters_or_numbers_stay_apart(one, other):
    assert fold(one) != fold(other)


def test_a_name_without_any_letter_folds_to_nothing():
    assert fold(" -–’ ") == ""


@given(st.text())
def test_folding_twice_changes_nothing_and_composition_does_not_matter(text):
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    "in_order",
    [
        ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "o", "ô", "ơ", "p", "u", "ư", "v", "y"],
        ["ba", "bà", "bả", "bã", "bá", "bạ", "ban", "băn", "bằn", "bân", "be"],
        ["ba", "ba na", "bà", "bà na", "bá", "ban", "băn", "bân"],
        ["tuân thủ", "tuần chay"],  # the first syllable's tone decides before the second syllable
        ["Tân An", "Tân Lập", "Tấn Lộc", "Tận Tâm"],
        ["Cà Mau", "Cao Bằng", "Cần Thơ"],
        ["Dur Kmăl", "Đà Nẵng", "Đắk Lắk", "Điện Biên", "Đồng Nai", "Gia Lai"],
        ["Ea Hiao", "Ea H'Leo", "Ea Kao"],
        ["1 Bảo Lộc", "2 Bảo Lộc", "B'Lao"],
        ["Phường 1", "Phường 2", "Phường 10", "Phường 100", "Phường Ba"],
        ["Thôn 007", "Thôn 8", "Thôn 09", "Thôn 10", "Thôn 10A", "Thôn 11"],
        ["Thôn", "Thôn 1"],
    ],
)
def test_lists_are_in_the_order_of_vietnamese_dictionaries(in_order):
    shuffled = random.Random(1).sample(in_order, len(in_order))

    assert sorted(shuffled, key=sort_key) == in_order
    assert len({sort_key(name) for name in in_order}) == len(in_order)


def test_where_the_tone_mark_sits_and_how_it_is_coded_does_not_change_the_order():
    spellings = ["Định Hoá", "Định Hóa", unicodedata.normalize("NFD", "ĐỊNH HÓA"), "Định-Hóa"]

    assert len({sort_key(spelling) for spelling in spellings}) == 1


@given(st.lists(st.text(alphabet=VIETNAMESE, min_size=1, max_size=4), min_size=1, max_size=3))
def test_keys_are_plain_ascii_so_every_database_compares_them_alike(syllables):
    assert sort_key(" ".join(syllables)).isascii()


@given(st.text(alphabet=VIETNAMESE, min_size=1, max_size=6), st.text(alphabet=VIETNAMESE))
def test_a_name_comes_before_every_longer_name_that_begins_with_it(name, rest):
    assert sort_key(name) < sort_key(f"{name} a{rest}")


def test_only_names_that_read_alike_share_a_key():
    with UNITS.open(encoding="utf-8", newline="") as file:
        official = {row["name"] for row in csv.DictReader(file)}

    assert len({sort_key(name) for name in official}) == len(official)


@pytest.mark.parametrize(
    ("unit_type", "name", "vietnamese", "english"),
    [
        ("xã", "Ia Dom", "Xã Ia Dom", "Ia Dom Commune"),
        ("phường", "Cầu Giấy", "Phường Cầu Giấy", "Cầu Giấy Ward"),
        ("phường", "1 Bảo Lộc", "Phường 1 Bảo Lộc", "Ward 1 Bảo Lộc"),
        ("đặc khu", "Phú Quốc", "Đặc khu Phú Quốc", "Phú Quốc Special Zone"),
        ("tỉnh", "Gia Lai", "Tỉnh Gia Lai", "Gia Lai Province"),
        ("thành phố", "Hồ Chí Minh", "Thành phố Hồ Chí Minh", "Hồ Chí Minh City"),
        ("huyện", "Đức Cơ", "Huyện Đức Cơ", "Đức Cơ District"),
        ("làng", "Mook Trang", "Làng Mook Trang", "Mook Trang Village"),
        ("tổ dân phố", "5", "Tổ dân phố 5", "Residential Group 5"),
        ("plei", "Bông", "Plei Bông", "Plei Bông"),  # a word we have no English for stays
        ("", "Ia Mút", "Ia Mút", "Ia Mút"),
    ],
)
def test_a_place_is_written_with_its_type(unit_type, name, vietnamese, english):
    assert official_name(unit_type, name, "vi") == vietnamese
    assert official_name(unit_type, name, "en") == english
