"""The household registry on the screen: found, changed after a look, taken back, exported."""

import csv
import io

import pytest

from app import programme
from app.audit import AuditEvent
from app.db import db, driver, transaction
from app.forms.source import FormSource
from app.households.order import SORTS, SORTS_OF_ALL
from app.submissions.models import Submission
from tests import people
from tests.pages.browsing import Page
from tests.survey import new_id

VISIT = """
| survey |
| | type | name | label |
| | select_one_from_file villages.csv   | village | Village |
| | select_one_from_file households.csv | hh | Household |
| settings |
| | form_id | version | org_unit | household_key |
| | visit   | 1       | village  | hh            |
"""

NAMES = (
    "insert into household_labels (household_id, label, search_key, phone)"
    " values (%s, %s, %s, '0912345678')"
)


@pytest.fixture
def houses(survey):
    """By code, the UUIDs of five households; the first two have names and one telephone."""
    rows = driver().execute("select id, code, uuid from households order by code").fetchall()
    with transaction():
        for (pk, _, _), name, key in zip(
            rows, ("Ông Páo", "Bà Mẩy"), ("ong pao", "ba may"), strict=False
        ):
            driver().execute(NAMES, (pk, name, key))
    return {code: uuid for _, code, uuid in rows}


def codes(page):
    return [row[0] for row in page.rows() if row and row[0].startswith("T-")]


def reads():
    db.session.rollback()
    return db.session.query(AuditEvent).filter_by(action="household_names.read").count()


def press(browser, page, address, **fields):
    csrf = page.tree.xpath("//input[@name='csrf']/@value")[0]
    return browser.client.post(address, data={"csrf": csrf} | fields)


def test_the_registry_of_a_commune_is_searched_and_sorted(signed_in, survey, houses):
    browser = signed_in()
    assert "/households" in browser.get("/").links()
    assert codes(browser.get("/households")) == survey.ids
    assert codes(browser.get("/households?q=3")) == survey.ids[2:3]
    assert codes(browser.get(f"/households?q={survey.ids[4].lower()}")) == survey.ids[4:]
    with transaction():
        driver().execute("update households set size = 7 where code = %s", (survey.ids[3],))
    assert codes(browser.get("/households?sort=size"))[0] == survey.ids[3]
    empty = browser.get("/households?q=khong-co")
    assert codes(empty) == []
    assert "Không có hộ" in empty.text


def test_names_are_shown_and_searched_on_request_which_is_recorded(signed_in, survey, houses):
    browser = signed_in()
    assert "Ông Páo" not in browser.get("/households").text
    assert codes(browser.get("/households?q=pao")) == []
    assert reads() == 0
    assert codes(browser.get("/households?q=pao&names=yes")) == survey.ids[:1]
    assert "Ông Páo" in browser.get("/households?names=yes").text
    assert reads() == 2


@pytest.mark.parametrize("role", ["province_analyst", "auditor", "commune_reviewer"])
def test_who_may_not_read_names_does_not(signed_in, survey, houses, role):
    browser = signed_in(role, people.GIA_LAI)
    page = browser.get("/households?names=yes&q=pao")
    assert codes(page) == []
    assert "Páo" not in browser.get("/households?names=yes").text
    household = f"/households/{houses[survey.ids[0]]}"
    assert "Páo" not in browser.get(f"{household}?names=yes").text
    assert "Páo" not in browser.get("/households.csv?names=yes").html
    assert "0912345678" not in browser.get("/households.csv?names=yes").html


def test_a_household_and_its_interviews_lead_to_each_other(signed_in, survey, houses, sent):
    one = survey.ids[0]
    interview, browser = sent(0), signed_in()
    page = browser.get(f"/submissions/{interview}")
    address = f"/households/{houses[one]}"
    assert page.tree.xpath(f"//a[@href='{address}']/text()") == [one]
    assert f"/submissions/{interview}" in browser.get(address).links()


def test_an_answer_that_is_a_households_id_is_shown_as_its_code(signed_in, survey, houses):
    programme.publish(survey.project.id, FormSource("visit.md", VISIT.encode()), people.OPERATOR)
    one = survey.ids[0]
    survey.send(
        f'<data id="visit" version="1"><village>{survey.village.public_id}</village>'
        f"<hh>{houses[one]}</hh>"
        f"<meta><instanceID>{new_id()}</instanceID></meta></data>".encode()
    )
    newest = db.session.query(Submission.id).order_by(Submission.id.desc()).limit(1).scalar()
    page = signed_in().get(f"/submissions/{newest}")
    assert ["Household", one] in page.rows()
    assert houses[one] not in page.text


def test_versions_without_names_are_shown_to_those_who_ask_for_names(signed_in, survey, houses):
    """An unnamed household's versions hold nothing that is personal."""
    other, code = survey.add_village("Mook Trang"), survey.ids[4]
    browser, address = signed_in(), f"/households/{houses[code]}"
    fields = {"act": "move", "village": other.id, "confirmed": "yes"}
    assert press(browser, browser.get(address), f"{address}/change", **fields).status_code == 303
    assert "Mook Trang" in browser.get(f"{address}?names=yes").text


@pytest.mark.parametrize(("role", "place"), [
    ("commune_lead", people.IA_DOM), ("province_analyst", people.GIA_LAI),
], ids=["commune", "province"])  # fmt: skip
@pytest.mark.parametrize("sort", SORTS)
def test_a_long_registry_has_pages(signed_in, survey, houses, monkeypatch, role, place, sort):
    """Whoever follows the pages sees each household once, also those without a number or size."""
    monkeypatch.setattr("app.pages.households.ITEMS_A_PAGE", 2)
    other = survey.add_village("A Village")
    with transaction():
        driver().execute("update households set number = null where code = %s", (survey.ids[0],))
        driver().execute("update households set size = 4 where code = %s", (survey.ids[2],))
        driver().execute(
            "update households set village_id = %s where code = %s", (other.id, survey.ids[3])
        )
    browser = signed_in(role, place)
    page = browser.get(f"/households?sort={sort}")
    seen = [codes(page)]
    while following := [link for link in page.links() if "after=" in link]:
        page = browser.get(following[0])
        seen.append(codes(page))
    assert [len(some) for some in seen] == [2, 2, 1]
    first, second, third, moved, fifth = survey.ids
    expected = {
        "place": [second, third, fifth, first, moved],
        "code": survey.ids,
        "size": [third, first, second, moved, fifth],
    }
    if role == "commune_lead":
        expected["place"] = [moved, second, third, fifth, first]  # by the villages' names
    elif sort not in SORTS_OF_ALL:
        sort = "place"
    found = [code for some in seen for code in some]
    assert found == expected.get(sort, found)
    assert sorted(found) == survey.ids
    assert "Về trang đầu" in page.text


def test_behind_a_household_that_is_gone_the_list_begins_anew(signed_in, survey, houses):
    assert codes(signed_in().get("/households?after=987654")) == survey.ids


def test_more_than_is_counted_is_said_so(signed_in, survey, houses, monkeypatch):
    monkeypatch.setattr("app.pages.households.count_households", lambda *_: 1001)
    assert "hơn 1.000 hộ" in signed_in().get("/households").text


def test_a_move_is_looked_at_then_made_then_taken_back(signed_in, survey, houses):
    other = survey.add_village("Mook Trang")
    browser, one = signed_in(), survey.ids[0]
    address = f"/households/{houses[one]}"
    page = browser.get(address)
    tried = press(browser, page, f"{address}/change", act="move", village=other.id, number="7")
    assert tried.status_code == 200
    assert "Mook Trang" in tried.text
    assert "7" in tried.text
    assert standing(one) == (survey.village.id, 1)

    done = press(
        browser,
        page,
        f"{address}/change",
        act="move",
        village=other.id,
        number="7",
        confirmed="yes",
    )
    assert done.status_code == 303
    assert standing(one) == (other.id, 7)
    page = browser.get(address)
    number = page.tree.xpath("//input[@name='change']/@value")[0]
    assert press(browser, page, f"{address}/undo", change=number).status_code == 303
    assert standing(one) == (survey.village.id, 1)
    assert "đã hoàn tác" in browser.get(address).text


def standing(code):
    db.session.rollback()
    asked = "select village_id, number from households where code = %s"
    return driver().execute(asked, (code,)).fetchone()


def test_a_merged_household_has_a_page_and_can_come_back(signed_in, survey, houses):
    browser, (one, two) = signed_in(), survey.ids[:2]
    address = f"/households/{houses[two]}"
    page = browser.get(address)
    assert (
        press(browser, page, f"{address}/change", act="merge", into=one.lower()).status_code == 200
    )
    done = press(browser, page, f"{address}/change", act="merge", into=one, confirmed="yes")
    assert done.location == f"/households/{houses[one]}"

    gone = browser.get(address)
    assert "không có trong sổ" in gone.text
    number = gone.tree.xpath("//input[@name='change']/@value")[0]
    press(browser, gone, f"{address}/undo", change=number)
    assert standing(two) == (survey.village.id, 2)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"act": "merge", "into": "T-00000-0001"}, "Không có hộ T-00000-0001"),
        ({"act": "move", "elsewhere": "T-00000"}, "Không có thôn"),
        ({"act": "move", "number": "x"}, "số nguyên"),
        ({"act": "move", "number": "2"}, "đã mang số 2"),
        ({"act": "nothing"}, "Hãy chọn"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(signed_in, survey, houses, said, answer):
    browser = signed_in()
    address = f"/households/{houses[survey.ids[0]]}"
    said = {"village": survey.village.id, "confirmed": "yes"} | said
    refused = press(browser, browser.get(address), f"{address}/change", **said)
    assert refused.status_code in {400, 404, 409}
    assert answer in refused.text
    assert standing(survey.ids[0]) == (survey.village.id, 1)


def test_who_only_reads_has_no_forms(signed_in, survey, houses):
    browser = signed_in("province_analyst", people.GIA_LAI)
    address = f"/households/{houses[survey.ids[0]]}"
    page = browser.get(address)
    assert page.tree.xpath(f"//form[@action='{address}/change']") == []
    answer = press(browser, page, f"{address}/change", act="split", confirmed="yes")
    assert answer.status_code == 403


def test_likely_doubles_are_settled_one_by_one(signed_in, survey, houses, commune):
    browser, (one, two) = signed_in(), survey.ids[:2]
    address = f"/households/pairs/{commune.id}"
    page = browser.get(address)
    assert "điện thoại" in page.text
    assert "Páo" not in page.text
    assert "Ông Páo" in browser.get(f"{address}?names=yes").text
    assert press(browser, page, address, one=one, other=two, act="").status_code == 400
    assert press(browser, page, address, one=one, other=two, act="distinct").status_code == 303
    assert "không có hộ nào nghi trùng" in browser.get(address).text

    with transaction():
        driver().execute("delete from distinct_households")
    press(browser, page, address, one=one, other=two, act="other")
    assert (standing(one), standing(two)) == (None, (survey.village.id, 2))


def test_a_spreadsheet_is_looked_through_mended_and_taken_in(signed_in, survey):
    browser, village = signed_in(), survey.village.public_id
    address = "/households/import"
    page = browser.get(address)
    text = f"Mã thôn;Số hộ;Chủ hộ;Số người\n{village};9;Ông Sính;4\n{village};x;;\nT-00000;3;;\n"
    file = (io.BytesIO(text.encode()), "ho.csv")
    looked = press(browser, page, address, act="check", file=file)
    assert looked.status_code == 200
    assert "số nguyên từ 1 đến 2000" in looked.text
    assert "Không có thôn này" in looked.text
    right = again(browser, looked, act="check", rows=["3", "4"])
    assert "Mọi dòng đều đúng" in right.text
    assert standing(f"{village}-0009") is None
    done = again(browser, right, act="import")
    assert done.status_code == 303
    assert "imported=1" in done.location
    assert standing(f"{village}-0009") == (survey.village.id, 9)
    assert "1 hộ mới" in browser.get(done.location).text


def again(browser, answer, rows=(), **fields):
    """Posts the form in which the file comes back, with more rows left out."""
    forms = Page(answer).tree.iter("form")
    form = next(form for form in forms if form.xpath(".//input[@name='content']"))
    hidden = [(i.get("name"), i.get("value")) for i in form.xpath(".//input[@type='hidden']")]
    left_out = [value for name, value in hidden if name == "without"] + list(rows)
    said = {n: v for n, v in hidden if n != "without"} | {"without": left_out} | fields
    return browser.client.post("/households/import", data=said)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"a;b\n1;2\n", b"PK\x03\x04 no workbook"]
)
def test_a_file_that_is_no_list_is_refused_in_words(signed_in, content):
    browser = signed_in()
    page = browser.get("/households/import")
    for name in ("ho.csv", "ho.xlsx"):
        file = (io.BytesIO(content), name)
        answer = press(browser, page, "/households/import", act="import", file=file)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text


def test_the_export_can_be_imported_again(signed_in, survey, houses):
    browser = signed_in()
    with transaction():
        driver().execute("update household_labels set landmark = '=1+1'")
    content = browser.client.get("/households.csv?names=yes").get_data()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["household"] for row in rows] == survey.ids
    assert (rows[0]["label"], rows[0]["landmark"]) == ("Ông Páo", "'=1+1")
    with transaction():
        driver().execute("update household_labels set landmark = null")
    content = browser.client.get("/households.csv?names=yes").get_data()
    file = (io.BytesIO(content), "households.csv")
    looked = press(browser, browser.get("/households/import"), "/households/import",
                   act="check", file=file)  # fmt: skip
    assert "không có gì để nhập" in looked.text


def test_a_long_export_is_read_in_parts(signed_in, survey, houses, monkeypatch):
    monkeypatch.setattr("app.pages.households.ROWS_AT_ONCE", 2)
    content = signed_in().client.get("/households.csv").get_data()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["household"] for row in rows] == survey.ids


def test_a_listing_stands_in_the_history(signed_in, survey, houses):
    with transaction():
        driver().execute(
            "insert into household_changes (project_id, code, kind, after, changed_by)"
            " select project_id, code, 'listing', jsonb_build_object('household',"
            " jsonb_build_object('village_id', village_id, 'number', number, 'size', 4, 'n15', 2,"
            " 'n18', 2, 'poor', '1'), 'personal', '{}'::jsonb), 'submission:7'"
            " from households where code = %s",
            (survey.ids[0],),
        )
    page = signed_in().get(f"/households/{houses[survey.ids[0]]}")
    assert "theo phiếu lập danh sách" in page.text
    assert "/submissions/7" in page.links()
