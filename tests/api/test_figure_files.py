"""All figures of a round as one file, for people with Excel and for open data."""

import csv
import io

import openpyxl
import pytest

from app import pipeline
from app.accounts.actors import OPERATOR
from app.api import figure_files
from app.db import transaction
from app.indicators import releases
from app.indicators.disclosure import Rule
from tests import people, releasing

EXPORT = "/indicators/export"
WORKBOOKS = "/indicators/workbooks"


@pytest.fixture
def counted(survey):
    for household, fibre in zip(survey.ids, "1101", strict=False):
        survey.send(survey.instance(household, fibre=fibre))
    return survey


def table(answer, delimiter=","):
    assert answer.status_code == 200, answer.text
    return list(
        csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=delimiter)
    )


def test_a_csv_holds_every_place_and_the_figures_of_the_api(machine, counted, commune):
    asking = machine(place=people.GIA_LAI)
    rows = table(asking.open(EXPORT))

    assert len(rows) == 2 * (1 + 135 + 1)
    (row,) = [r for r in rows if r["unit_id"] == str(commune.id) and r["indicator"] == "FIBRE"]
    (item,) = asking.ask(f"/indicators?unit={commune.id}&indicator=FIBRE")["items"]
    assert (float(row["value"]), float(row["se"])) == (item["value"], item["se"])
    villages = table(asking.open(f"{EXPORT}?level=village&indicator=FIBRE"))
    assert [(r["unit_name"], r["n"]) for r in villages] == [("Mook Đen", "4")]
    own = table(machine().open(f"{EXPORT}?level=commune"))
    assert {r["unit_id"] for r in own} == {str(commune.id)}


def test_vietnamese_numbers_are_for_excel_set_to_vietnamese(machine, counted, commune):
    answer = machine().open(f"{EXPORT}?numbers=vi&level=commune&indicator=FIBRE")
    (row,) = table(answer, ";")

    assert answer.text.startswith("\ufeff")
    assert (row["value"], row["coverage"], row["n"]) == ("0,75", "0,8", "4")


def test_a_workbook_explains_itself(machine, counted):
    with transaction():
        people.village("=HYPERLINK(1)")
        releases.set_rule(counted.project.id, Rule(threshold=3, legal_note="QĐ 12"), OPERATOR)
    answer = machine().open(
        f"{EXPORT}?format=xlsx&language=vi&level=village&indicator=FIBRE", buffered=True
    )
    book = openpyxl.load_workbook(io.BytesIO(answer.data))

    assert book.sheetnames == ["Số liệu", "Giới thiệu", "Các cột"]
    head, *rows = book["Số liệu"].values
    by_name = {row[head.index("unit_name")]: row for row in rows}
    assert by_name["Mook Đen"][head.index("value")] == 0.75
    assert "=HYPERLINK(1)" in by_name
    assert {cell.data_type for cell in book["Số liệu"]["C"]} == {"s"}
    said = dict(book["Giới thiệu"].values)
    assert (said["Căn cứ pháp lý"], said["Số người ít nhất đằng sau một con số"]) == ("QĐ 12", "3")
    assert {name for name, _ in book["Các cột"].values} == set(head)


def test_open_data_is_what_everybody_may_have_whoever_asks(machine, counted):
    staff = machine("province_analyst")
    assert table(staff.open(f"{EXPORT}?open=true")) == []  # nothing was given out yet

    with transaction():
        releases.set_rule(counted.project.id, Rule(threshold=3, smallest_n=0), OPERATOR)
        releasing.release(counted.round, OPERATOR, reason="lần đầu")
    said = staff.ask(f"{EXPORT}?open=true&format=json&language=en&release=1")
    assert said["about"]["Reason"] == "lần đầu"
    assert {item["suppressed"] for item in said["items"]} == {None}
    assert {item["value"] for item in said["items"] if item["indicator"] == "FIBRE"} == {0.75}

    with transaction():
        releases.set_rule(counted.project.id, Rule(threshold=5), OPERATOR)
    for household in counted.ids[4:]:
        counted.send(counted.instance(household))
    for asking in (staff, machine("api_client")):
        shown = table(asking.open(f"{EXPORT}?open=true"))
        assert {row["value"] for row in shown if row["indicator"] == "FIBRE"} == {"0.75"}


@pytest.mark.parametrize("query", ["format=pdf", "level=x", "boundaries=x", "open=maybe", "x=1"])
def test_bad_parameters_are_named(machine, query):
    assert machine().ask(f"{EXPORT}?{query}", 422)["code"] == "BadParameters"


def test_old_boundaries_have_districts(machine, counted):
    rows = table(machine(place=people.GIA_LAI).open(f"{EXPORT}?boundaries=old&level=district"))
    assert {row["unit_level"] for row in rows} == {"district"}


def test_a_large_workbook_is_asked_for_and_fetched(machine, counted, monkeypatch):
    monkeypatch.setattr(figure_files, "MOST", 3)
    asking = machine()
    refused = asking.ask(f"{EXPORT}?format=xlsx", 400)
    assert "POST /api/v1/indicators/workbooks" in refused["message"]

    wish = {"level": "village", "indicator": "FIBRE", "language": "en"}
    made = asking.ask(WORKBOOKS, method="POST", json=wish)
    assert (made["state"], made["done"], made["total"], made["problem"]) == ("running", 0, 1, None)
    own = f"{WORKBOOKS}/{made['id']}"
    asking.ask(f"{own}/file", 409)
    assert asking.ask(own, method="PATCH", json={"state": "stopped"})["state"] == "stopped"
    asking.ask(own, 409, "PATCH", json={"state": "stopped"})
    asking.ask(own, 422, "PATCH", json={"state": "finished"})
    asking.ask(own, method="PATCH", json={"state": "running"})
    pipeline.settle()

    told = asking.ask(own)
    assert (told["state"], told["done"], told["figures"]) == ("finished", 1, 1)
    assert told["kept_until"] > told["finished_at"]
    answer = asking.open(f"{own}/file", buffered=True)
    assert answer.content_length == len(answer.data)
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert [row[9] for row in book["Figures"].values] == ["value", 0.75]
    for address in (own, f"{own}/file"):
        machine(place=people.GIA_LAI).ask(address, 404)


@pytest.mark.parametrize("body", [{"x": 1}, {"level": "x"}, {"release": 0}, {"format": "csv"}])
def test_a_bad_wish_is_named(machine, body):
    assert machine().ask(WORKBOOKS, 422, "POST", json=body)["code"] == "BadParameters"
