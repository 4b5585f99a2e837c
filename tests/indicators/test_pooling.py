"""Which withheld villages have one weight together."""

from dataclasses import replace

from app.indicators.disclosure import COMPLEMENT, SMALL
from app.indicators.earlier import Cell
from app.indicators.figures import Base, Figure
from app.indicators.overlaps import OTHERS
from app.indicators.pooling import Pool, asked, outwards, pools_of

BASE = Base(100.0, 60, 0, 40, 0, 3, 0, 0, None, None, None)
FIGURE = Figure(
    1, "1", "x", "village", "2026-1", "F", "1", {}, "", "", 1.0, 9.0, 9, {}, BASE, domain_id=7
)
PROVINCE, COMMUNE, OTHER = 1, 10, 20
AROUND = {COMMUNE: PROVINCE, OTHER: PROVINCE, 11: COMMUNE, 12: COMMUNE, 21: OTHER, 22: OTHER}


def cell(unit, **group):
    return Cell("F", unit, "", "")._replace(**group)


def cells(**group):
    levels = {PROVINCE: "province", COMMUNE: "commune", OTHER: "commune"}
    return {
        cell(unit, **group): replace(FIGURE, unit_id=unit, level=levels.get(unit, "village"))
        for unit in (PROVINCE, *AROUND)
    }


def pools(*units):
    hidden = {cell(unit): SMALL if unit % 10 == 1 else COMPLEMENT for unit in units}
    return sorted(pools_of(cells(), hidden, AROUND))


def test_villages_of_a_commune_that_is_shown_are_together():
    assert pools(11, 12) == [Pool(COMMUNE, 11, 7), Pool(COMMUNE, 12, 7)]


def test_villages_of_communes_that_are_withheld_are_together_in_the_province():
    assert pools(COMMUNE, OTHER, 11, 12, 21, 22) == [
        Pool(PROVINCE, 11, 7), Pool(PROVINCE, 12, 7), Pool(PROVINCE, 21, 7), Pool(PROVINCE, 22, 7)
    ]  # fmt: skip
    # Those of a commune that is shown keep to themselves: its figure stands in the province's.
    assert pools(COMMUNE, 11, 12, 21, 22) == [
        Pool(PROVINCE, 11, 7), Pool(PROVINCE, 12, 7), Pool(OTHER, 21, 7), Pool(OTHER, 22, 7)
    ]  # fmt: skip


def test_where_nothing_around_is_shown_there_is_nothing_to_weigh():
    assert pools(PROVINCE, COMMUNE, OTHER, 11, 21) == []


def test_what_villages_that_have_ended_count_by_now_is_told_nobody():
    """11 was split, and its interviews lie in the commune by themselves."""
    found = pools_of(cells(), {cell(12): SMALL}, AROUND, ended={11})
    assert sorted(found) == [Pool(COMMUNE, 11, 7), Pool(COMMUNE, 12, 7)]


def test_a_complement_is_nobodys_figure():
    group = {"breakdown": "net", "value": OTHERS + "1"}
    assert list(pools_of(cells(**group), {cell(11, **group): SMALL}, AROUND)) == []


def test_places_lie_in_each_other():
    assert list(outwards(11, AROUND)) == [COMMUNE, PROVINCE]
    assert asked([Pool(COMMUNE, 11, 7), Pool(COMMUNE, 12, 8)]) == {
        "pools": [COMMUNE, COMMUNE], "pooled": [11, 12], "pooled_domains": [7, 8]
    }  # fmt: skip
