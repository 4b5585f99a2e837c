"""The first page: what somebody may see, and nothing of others."""

from app.db import transaction
from tests import people
from tests.pages.browsing import Browser, browser_of


def test_a_commune_lead_finds_the_commune_and_what_waits(signed_in, sent, commune):
    sent()
    page = signed_in().get("/")

    assert "Xã Ia Dom" in page.text
    assert "1 phiếu chờ duyệt" in page.text
    assert f"/communes/{commune.id}" in page.links()


def test_a_province_sees_all_its_communes_with_their_counts(signed_in, sent):
    sent()
    page = signed_in("province_analyst", people.GIA_LAI).get("/")
    rows = {row[0]: row[1:] for row in page.rows()}

    assert len(rows) == 136  # 135 communes and the heading
    assert rows["Xã Ia Dom"] == ["1", "0", "0"]
    assert rows["Xã Ia Dơk"] == ["0", "0", "0"]


def test_communes_are_found_without_vietnamese_marks(signed_in):
    browser = signed_in("province_analyst", people.GIA_LAI)

    assert "Xã Ia Dơk" in browser.get("/?q=ia dok").text
    assert "Không có xã nào" in browser.get("/?q=qu%25_x").text
    assert "Xã Ia Dom" not in browser.get("/?q=pleiku").text


def test_a_hostile_search_is_shown_as_text(signed_in):
    page = signed_in("province_analyst", people.GIA_LAI).get("/?q=<script>alert(1)</script>%00")

    assert "<script>" not in page.html
    assert "“<script>alert(1)</script>”" in page.text


def test_interviews_of_other_projects_are_not_counted(signed_in, sent, client):
    sent()
    with transaction():
        other = people.project(name="Chương trình khác")
    page = browser_of(client, "commune_lead", of=other).get("/")

    assert "0 phiếu chờ duyệt" in page.text


def test_whoever_has_two_projects_chooses_one(client, survey, sent):
    sent()
    with transaction():
        other = people.project(name="Chương trình khác")
        user = people.person("commune_lead", of=survey.project, username="lan")
        people.grant_role(
            people.OPERATOR, user, role="commune_lead",
            unit_id=people.unit(people.IA_DOM).id, project_id=other.id,
        )  # fmt: skip
    browser = Browser(client)
    browser.sign_in("lan")

    assert "1 phiếu chờ duyệt" in browser.get("/").text
    assert "0 phiếu chờ duyệt" in browser.get(f"/?project={other.id}").text
    browser.get("/?project=999999", 404)


def test_an_account_without_a_role_is_told_whom_to_ask(signed_in):
    page = signed_in(None).get("/")

    assert "chưa được giao địa bàn" in page.text
