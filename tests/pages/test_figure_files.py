"""The page from which figures are taken as a file."""

import io

import openpyxl

from app.db import transaction


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
