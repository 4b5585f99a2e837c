"""The places one knows by heart, found in both directions across 1 July 2025."""

from datetime import date

import pytest

from app.org_units import crosswalk, hierarchy
from app.org_units.queries import find_by_code
from tests.people import unit

pytestmark = pytest.mark.usefixtures("app")

OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)


def matches(place, on) -> set[tuple[str, str]]:
    return {(match.unit.name, match.extent) for match in crosswalk.on_date(place.id, on)}


@pytest.mark.parametrize(
    ("code", "name", "district", "became", "new_code", "province"),
    [
        ("23872", "Ia Dom", "Đức Cơ", "Ia Dom", "23872", "Gia Lai"),
        ("01018", "Phiêng Luông", "Bắc Mê", "Yên Cường", "01006", "Tuyên Quang"),
        ("00907", "Tả Ván", "Quản Bạ", "Tùng Vài", "00892", "Tuyên Quang"),
        ("01087", "Nậm Ty", "Hoàng Su Phì", "Nậm Dịch", "01075", "Tuyên Quang"),
        ("23860", "Ia Dơk", "Đức Cơ", "Ia Dơk", "23869", "Gia Lai"),
        ("23537", "Ia Dom", "Ia H'Drai", "Ia Tơi", "23538", "Quảng Ngãi"),
    ],
)
def test_an_old_commune_and_the_new_one_that_has_its_ground(
    code, name, district, became, new_code, province
):
    old, new = find_by_code(code, on=OLD), unit(new_code)

    assert (old.name, hierarchy.parent(old.id, OLD).name) == (name, district)
    assert matches(old, NEW) == {(became, "whole")}
    assert (new.name, hierarchy.parent(new.id, NEW).name) == (became, province)
    assert (name, "whole") in matches(new, OLD)


def test_today_a_retired_code_means_what_took_its_ground():
    assert crosswalk.find_as_of("01018").name == "Yên Cường"
    assert crosswalk.find_as_of("01018", OLD).name == "Phiêng Luông"
    assert crosswalk.find_as_of("23869").name == "Ia Dơk"
    assert crosswalk.find_as_of("23869", OLD).name == "Ia Kla"
    assert crosswalk.find_as_of("64").name == "Gia Lai"  # now 52
    assert crosswalk.find_as_of("99999") is None


def test_the_code_of_a_divided_commune_means_none_of_its_successors():
    divided = find_by_code("00553", on=OLD)  # Cổ Bi in Hà Nội

    assert {extent for _, extent in matches(divided, NEW)} == {"part"}
    assert crosswalk.find_as_of("00553") is None


def test_the_communes_of_the_district_of_quang_binh():
    district = next(
        place
        for place in hierarchy.children(find_by_code("02", on=OLD).id, OLD)
        if place.name == "Quang Bình"
    )
    old = hierarchy.children(district.id, OLD)

    assert len(old) == 15
    became = {match.unit.name for place in old for match in crosswalk.on_date(place.id, NEW)}
    assert len(became) == 8
    xuan_minh = next(place for place in old if place.name == "Xuân Minh")
    assert matches(xuan_minh, NEW) == {("Thông Nguyên", "whole")}
    assert unit("01237").name == "Quang Bình"  # a commune, and another place than the district


def test_the_communes_of_the_district_of_hoang_hoa():
    district = next(
        place
        for place in hierarchy.children(find_by_code("38", on=OLD).id, OLD)
        if place.name == "Hoằng Hóa"
    )
    old = hierarchy.children(district.id, OLD)

    assert len(old) == 36
    became = {match.unit for place in old for match in crosswalk.on_date(place.id, NEW)}
    assert len({place.id for place in became}) == 8
    assert unit("15865") in became


def test_nobody_knows_what_was_there_before_the_codes():
    assert crosswalk.on_date(unit("23872").id, date(2000, 1, 1)) == []


def test_an_island_district_without_communes_became_a_special_zone():
    con_dao = find_by_code("755", on=OLD)

    assert matches(con_dao, NEW) == {("Côn Đảo", "whole")}
    assert matches(unit("26732"), OLD) == {("Côn Đảo", "whole")}


def test_successions_are_listed_with_the_codes_of_their_day():
    nam_dich = unit("01075")

    into = crosswalk.edges(after=nam_dich.id)

    found = {(one.before_code, one.before.name, one.after_code, one.extent) for one in into}
    assert found == {
        ("01075", "Nậm Dịch", "01075", "whole"),
        ("01072", "Tả Sử Choóng", "01075", "whole"),
        ("01087", "Nậm Ty", "01075", "whole"),
    }
    assert {edge.on for edge in into} == {NEW}
    assert len(crosswalk.edges(level="province", limit=100)) == 63
