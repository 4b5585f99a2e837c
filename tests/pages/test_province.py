"""A province's figures, and the way down from one of them."""

import pytest

from app.accounts.actors import OPERATOR
from app.db import transaction
from app.pages import province
from tests import people, releasing


@pytest.fixture
def analyst(signed_in, survey, sent):
    with transaction():
        survey.round.review_policy = "approve-unflagged"
    for number, fibre in enumerate("1100"):
        sent(number, fibre=fibre)
    return signed_in("province_analyst", people.GIA_LAI)


@pytest.fixture
def address(analyst):
    return f"/provinces/{people.unit(people.GIA_LAI).id}"


def test_from_the_first_page_to_an_answer(analyst, address, commune, survey):
    assert address in analyst.get("/").links()
    row = next(row for row in analyst.get(address).rows() if row[0].startswith("FIBRE"))
    assert row[1] == "50,0% tạm tính sai số lớn"
    behind = next(link for link in analyst.get(address).links() if "FIBRE/explain" in link)
    page = analyst.get(behind)
    assert "“Fibre” là “Yes”" in page.text
    below = next(row for row in page.rows() if row[0] == "Xã Ia Dom")
    # √(1/5 · 1/4 / 3) = 0.129 and t(3) = 3.18, on the logit scale
    assert below[1].startswith("50,0%16,2% – 83,8%")
    assert below[2:5] == ["2,5", "5", "4"]
    leads = next(link for link in page.links() if f"/communes/{commune.id}/" in link)
    village = next(link for link in analyst.get(leads).links() if "village=" in link)
    assert survey.ids[0] in analyst.get(village).text


def test_communes_add_up_for_staff_and_not_where_something_is_withheld(
    signed_in, analyst, address, survey
):
    says, page = "cộng lại bằng của tỉnh", f"{address}/indicators/FIBRE/explain"
    assert says in analyst.get(page).text
    with transaction():
        releasing.release(survey.round, OPERATOR)
    outsider = signed_in("api_client", people.GIA_LAI).get(page)
    assert "Bản phát hành 1" in outsider.text
    assert says not in outsider.text


@pytest.mark.parametrize("sort", province.SORTS)
def test_orders(analyst, address, sort):
    page = analyst.get(f"{address}/indicators/FIBRE/explain?sort={sort}")
    assert len(page.tree.xpath("//th[@aria-sort]")) == 1


def test_who_may_not_see_the_whole_province(signed_in, analyst, address):
    lead = signed_in("commune_lead")
    lead.get(address, 404)
    lead.get(f"{address}/indicators/FIBRE/explain", 404)
    assert address not in lead.get("/").links()


def test_what_is_not_there(analyst, address, commune):
    analyst.get(f"{address}/indicators/NIX/explain", 404)
    analyst.get(f"{address}/indicators/FIBRE/explain?by=nix&value=1", 404)
    analyst.get(f"/provinces/{commune.id}", 404)
