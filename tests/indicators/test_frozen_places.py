"""Which villages count in the places of a release."""

from app.indicators.frozen_places import villages_in

PROVINCE, COMMUNE, OTHER = 1, 10, 20


def test_villages_count_in_all_places_around_them():
    parents = {100: COMMUNE, 101: COMMUNE, 200: OTHER, COMMUNE: PROVINCE, OTHER: PROVINCE}

    assert villages_in(parents)[PROVINCE] == {100, 101, 200}
    assert villages_in(parents)[COMMUNE] == {100, 101}
    assert villages_in(parents)[200] == {200}


def test_a_merged_village_holds_those_it_was_made_of_and_what_it_counts_itself():
    """100 and 101 ended; 102 has their ground, and interviews of its own."""
    parents = {100: 102, 101: 102, -102: 102, 102: COMMUNE, COMMUNE: PROVINCE}

    assert villages_in(parents)[102] == {100, 101, 102}
    assert villages_in(parents)[PROVINCE] == {100, 101, 102}
