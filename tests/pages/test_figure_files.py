"""The page from which figures are taken as a file."""

import io

import openpyxl

from app import pipeline
from app.db import transaction
from app.pages import figure_files
from tests import people


def test_a_file_is_chosen_and_downloaded(signed_in, survey, sent):
    with transaction():
        survey.round.review_policy = "approve-unflagged"
    sent(0, fibre="1")
    sent(1, fibre="0")
    browser = signed_in("commune_reviewer")
    page = browser.get(f"/rounds/{survey.round.id}/figures")
    assert {one.get("name") for one in page.tree.xpath("//form//select")} == {
        "release", "level", "boundaries", "format",
    }  # fmt: skip
    assert "Tệp Excel của bạn" not in page.text
    file = f"/rounds/{survey.round.id}/figures/file"
    answer = browser.client.get(f"{file}?format=xlsx&level=commune", buffered=True)
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    head, *rows = book["Số liệu"].values
    assert {row[head.index("unit_name")] for row in rows} == {"Ia Dom"}
    lines = browser.client.get(f"{file}?format=csv-vi&level=commune").text.splitlines()
    assert lines[0].startswith("\ufeffunit_id;unit_code;")
    assert ";0,5;" in lines[1]
    assert browser.client.get(f"{file}?open=yes&format=csv").text.count("\n") == 1
    assert browser.client.get(f"{file}?release=7").status_code == 404


def test_a_large_workbook_is_made_in_the_background(signed_in, survey, sent, monkeypatch):
    with transaction():
        survey.round.review_policy = "approve-unflagged"
    sent(0, fibre="1")
    monkeypatch.setattr(figure_files, "AT_ONCE", 1)
    browser = signed_in("commune_reviewer")
    place = f"/rounds/{survey.round.id}"
    warned = browser.get(f"{place}/figures/file?format=xlsx&level=village&groups=yes")
    assert "có thể chứa 2 số liệu" in warned.text
    address = browser.post(warned, f"{place}/workbooks").leads_to
    waiting = browser.get(address)
    assert waiting.response.headers["Refresh"] == "3"
    assert "đang được tạo" in waiting.text
    browser.get(f"{address}/file", 409)

    stopped = browser.post(waiting, f"{address}/stop").leads_to
    assert "Refresh" not in browser.get(stopped).response.headers
    browser.post(browser.get(address), f"{address}/resume")
    pipeline.settle()
    ready = browser.get(address)
    assert "đã xong" in ready.text
    assert "1 trên 1 nhóm địa bàn, 2 số liệu" in ready.text
    (file,) = [link for link in ready.links() if link.endswith("/file")]
    answer = browser.client.get(file, buffered=True)
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book["Số liệu"].max_row == 3
    assert address in browser.get(f"{place}/figures").links()
    signed_in("administrator", people.GIA_LAI).get(address, 404)
