"""The list of interviews: what it shows, how it is filtered and paged."""

import pytest

from app.db import transaction
from app.pages import review
from tests import people


def address(commune, more=""):
    return f"/communes/{commune.id}/submissions{more}"


def test_a_row_tells_who_sent_what_about_whom(signed_in, sent, survey, commune):
    submission_id = sent(0)
    page = signed_in().get(address(commune))
    row = page.rows()[-1]

    assert row[1:] == ["Household", "Làng Mook Đen", survey.ids[0], "Rơ Châm H'Lan", "chờ duyệt"]
    assert f"/submissions/{submission_id}" in page.links()


def test_doubts_are_marked_and_explained(signed_in, survey, commune):
    survey.send(survey.instance("T-00000-0009"))
    page = signed_in().get(address(commune))

    assert "nghi vấn: 1" in page.text
    titles = page.tree.xpath("//span[contains(@class, 'flag')]/@title")
    assert titles[0].strip() == "Hộ không có trong danh sách hộ."


def test_filters_narrow_the_list(signed_in, sent, survey, commune):
    sent(0)
    survey.send(survey.instance("T-00000-0009"))
    browser = signed_in()

    def count(more):
        return len(browser.get(address(commune, more)).rows()) - 1

    assert count("?state=waiting") == 2
    assert count("?flagged=yes") == 1
    assert count(f"?village={survey.village.id}") == 2
    assert "Không có phiếu nào như vậy" in browser.get(address(commune, "?state=approved")).text
    assert "Không có phiếu nào như vậy" in browser.get(address(commune, "?form=999")).text


@pytest.mark.parametrize(
    "more",
    ["?state=nonsense", "?form=x", "?form=99999999999999999999", "?before=-1", "?before=%00",
     "?flagged=maybe", "?village=", "?before=9223372036854775807", "?before=9223372036854775808"],
)  # fmt: skip
def test_nonsense_in_the_address_does_no_harm(signed_in, sent, commune, more):
    sent(0)

    assert "Làng Mook Đen" in signed_in().get(address(commune, more)).text


def test_pages_follow_one_another(signed_in, sent, commune, monkeypatch):
    monkeypatch.setattr(review, "ITEMS_A_PAGE", 2)
    ids = [sent(number) for number in range(5)]
    browser = signed_in()
    seen, where = [], address(commune, "?state=waiting")
    while where:
        page = browser.get(where)
        seen += [int(link.rpartition("/")[2]) for link in page.links() if "/submissions/" in link]
        where = next(iter(page.tree.xpath("//a[@rel='next']/@href")), None)

    assert seen == sorted(ids, reverse=True)


def test_a_village_of_another_commune_is_not_found(signed_in, sent, commune):
    with transaction():
        foreign = people.village("Plei Bạc", people.PLEIKU)

    signed_in().get(address(commune, f"?village={foreign.id}"), 404)


def test_whoever_may_not_read_interviews_gets_no_list(signed_in, commune):
    signed_in("api_client").get(address(commune), 403)


def test_interviews_whose_place_is_unknown_are_found_at_the_province(signed_in, survey):
    xml = survey.instance(survey.ids[0], village="T-00000").replace(b"23872", b"00000")
    survey.send(xml)
    browser = signed_in("province_analyst", people.GIA_LAI)
    link = next(link for link in browser.get("/").links() if "itself=yes" in link)
    page = browser.get(link)

    assert "nghi vấn" in page.text
    assert "Tỉnh Gia Lai" in page.text
