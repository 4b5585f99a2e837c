"""Figures for machines: their exact shape, what may be asked, and nothing of other territories."""

import csv
import io

import orjson
import pytest

from app.accounts.actors import OPERATOR
from app.api.schemas import FigureSchema, figure_object
from app.db import transaction
from app.indicators.queries import find_figures
from tests import people, releasing

ITEM = {
    "unit", "round", "indicator", "version", "by", "value", "numerator", "denominator", "n", "se",
    "ci", "ci_method", "df", "deff", "bounds", "coverage", "status", "suppressed", "as_of",
    "broken", "design", "villages_left_out", "villages_not_drawn", "calibrated", "overlaps",
    "imprecise",
}  # fmt: skip


def ask(machine, commune, more="", status=200):
    return machine.ask(f"/indicators?unit={commune.id}{more}", status)


def send(survey, *fibres):
    for household, fibre in zip(survey.ids, fibres, strict=False):
        survey.send(survey.instance(household, fibre=fibre))


def test_a_figure_has_exactly_the_fields_of_the_contract(machine, survey, commune):
    send(survey, "1", "1", "0")
    answer = ask(machine(), commune, "&indicator=FIBRE")

    assert set(answer) == {"items", "next"}
    (item,) = answer["items"]
    assert set(item) == ITEM
    as_of = item.pop("as_of")
    assert as_of.endswith("+00:00")
    assert item.pop("value") == pytest.approx(2 / 3)
    assert item.pop("numerator") == pytest.approx(10 / 3)
    # Three of five households: √(2/5 · 2/9 / 2).
    assert item.pop("se") == pytest.approx((0.4 * 2 / 9 / 2) ** 0.5)
    assert item.pop("ci") == pytest.approx([0.0326503, 0.9916325], abs=1e-7)
    assert item.pop("deff") == pytest.approx(0.4)
    # Two of five say yes already, and two might: from 2/5 to 4/5.
    assert item.pop("bounds") == pytest.approx([0.4, 0.8])
    assert item == {
        "unit": {"id": commune.id, "code": people.IA_DOM, "name": "Ia Dom", "level": "commune"},
        "round": "2026-1", "indicator": "FIBRE", "version": "1", "by": None,
        "denominator": 5.0, "n": 3, "ci_method": "logit", "df": 2, "coverage": 0.6,
        "status": "provisional", "suppressed": None, "broken": None,
        "design": "census", "villages_left_out": 0, "villages_not_drawn": 0,
        "calibrated": False, "overlaps": False, "imprecise": True,
    }  # fmt: skip


def test_figures_are_written_as_their_schema_describes_them(survey, commune):
    send(survey, "1", "0", "1")
    asked = {"round_": survey.round, "unit_id": commune.id, "by": None}
    figures = [
        figure
        for level in ("commune", "village")
        for figure in find_figures(OPERATOR, level=level, **asked)
    ]

    written = [orjson.loads(orjson.dumps(figure_object(figure))) for figure in figures]
    assert written == FigureSchema(many=True).dump(figures)


def test_what_is_not_available_is_null_and_never_zero(machine, survey, commune):
    (item,) = ask(machine(), commune, "&indicator=FIBRE")["items"]

    assert [item[name] for name in ("value", "numerator", "denominator", "se", "ci")] == [None] * 5
    assert item["n"] == 0


def test_a_full_count_is_final_with_no_error(machine, survey, commune):
    send(survey, "1", "0", "1", "1", "0")
    (item,) = ask(machine(), commune, "&indicator=FIBRE")["items"]

    assert (item["value"], item["status"], item["se"], item["ci"]) == (
        0.6,
        "final",
        0.0,
        [0.6, 0.6],
    )


def test_a_place_is_named_by_its_id_or_by_its_code(machine, survey, commune):
    asking = machine()
    by_id = ask(asking, commune)

    assert asking.ask(f"/indicators?code={people.IA_DOM}") == by_id
    assert asking.ask(f"/indicators?code={people.IA_DOM}&on=2026-11-01") == by_id
    village = asking.ask(f"/indicators?code={survey.village.public_id}")["items"][0]
    assert village["unit"]["code"] == survey.village.public_id


def test_a_code_means_what_it_meant_on_the_day(machine, commune):
    asking = machine()

    assert asking.ask(f"/indicators?code={people.IA_DOM}&on=2000-01-01", 404)["code"] == "NotFound"


def test_levels_open_a_place_up(machine, survey, commune):
    asking = machine("province_analyst", people.GIA_LAI)
    villages = ask(asking, commune, "&level=village&indicator=FIBRE")["items"]
    communes = asking.ask("/indicators?code=52&level=commune&indicator=FIBRE&limit=1000")["items"]

    assert [item["unit"]["id"] for item in villages] == [survey.village.id]
    assert len(communes) == 135
    assert ask(asking, commune, "&level=province")["items"] == []


def test_breakdowns_are_asked_for_by_name(machine, survey, commune):
    assert ask(machine(), commune, "&by=sex", 404)["message"] == "There is no breakdown “sex”."


@pytest.mark.parametrize("more", ["&round=X", "&indicator=NIX", "&project=999", "&by=nothing"])
def test_unknown_things_are_not_found(machine, commune, more):
    problem = ask(machine(), commune, more, 404)

    assert problem["code"] == "NotFound"
    assert set(problem) == {"code", "message", "details"}


@pytest.mark.parametrize(
    "query",
    ["", "?unit=1&code=2", "?unit=x", "?unit=-1", "?unit=0", "?unit=99999999999999999999",
     "?unit=1%00", "?code=%00", "?code=" + "9" * 300, "?code=52&on=2026-02-30", "?code=52&on=x",
     "?code=52&level=nation", "?code=52&limit=0", "?code=52&limit=-5", "?code=52&limit=99999999",
     "?code=52&format=xml", "?code=52&next=nonsense", "?code=52&next=WzFd", "?code=52&next=%00",
     "?code=52&unknown=1", "?code=52&round=a%00b", "?code=52&indicator=", "?code=52&by=",
     "?code=52&project=1e3", "?code=52&next=" + "W" * 3000],
)  # fmt: skip
def test_bad_parameters_are_named_and_never_a_fault(machine, query):
    problem = machine("province_analyst", people.GIA_LAI).ask(f"/indicators{query}", 422)

    assert problem["code"] == "BadParameters"


@pytest.mark.parametrize("code", ["'", '"', "52' or '1'='1", "%", "_", "\\", "T-", "５２"])
def test_odd_codes_are_only_codes(machine, code):
    assert machine().ask("/indicators", 404, query_string={"code": code})["code"] == "NotFound"


def test_pages_follow_one_another_without_gaps(machine, commune, survey):
    asking = machine()
    whole = ask(asking, commune)["items"]
    first = ask(asking, commune, "&limit=1")
    second = ask(asking, commune, f"&limit=1&next={first['next']}")

    assert first["items"] + second["items"] == whole
    assert second["next"] is None
    ask(asking, commune, f"&indicator=PHONE&next={first['next']}", 422)


def test_csv_has_the_same_figures(machine, survey, commune):
    send(survey, "1", "0")
    asking = machine()
    answer = asking.open(f"/indicators?unit={commune.id}&format=csv")
    (row, _) = csv.DictReader(io.StringIO(answer.text))
    (item, _) = ask(asking, commune)["items"]

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert not answer.text.startswith("\ufeff")
    assert row["unit_code"] == people.IA_DOM
    assert (row["indicator"], row["by"], row["suppressed"]) == ("FIBRE", "", "")
    assert (float(row["value"]), float(row["se"])) == (item["value"], item["se"])
    accepted = asking.open(f"/indicators?unit={commune.id}", headers={"Accept": "text/csv"})
    assert accepted.data == answer.data
    both = asking.open(f"/indicators?unit={commune.id}&format=json", headers={"Accept": "text/csv"})
    assert both.is_json


def test_a_name_that_looks_like_a_formula_is_harmless_in_csv(machine, survey):
    with transaction():
        village = people.village("=HYPERLINK(1)")
    answer = machine().open(f"/indicators?unit={village.id}&format=csv")

    assert ",'=HYPERLINK(1)," in answer.text


def test_what_has_not_changed_is_not_sent_again(machine, survey, commune):
    asking = machine()
    address = f"/indicators?unit={commune.id}"
    tag = asking.open(address).headers["ETag"]
    again = asking.open(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")

    send(survey, "1")
    assert asking.open(address, headers={"If-None-Match": tag}).status_code == 200


def test_answers_are_kept_for_nobody_else(machine, commune):
    headers = machine().open(f"/indicators?unit={commune.id}").headers

    assert headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Accept"} <= {v.strip() for v in headers["Vary"].split(",")}


def test_other_territories_and_projects_are_not_there(machine, survey, commune):
    send(survey, "1")
    assert ask(machine(place=people.PLEIKU), commune, status=404)["code"] == "NotFound"
    assert ask(machine(place=people.PLEIKU), survey.village, status=404)["code"] == "NotFound"

    with transaction():
        other = people.project(name="Khác")
    ask(machine(of=other), commune, f"&project={survey.project.id}", 404)
    assert "No round" in ask(machine(of=other), commune, status=404)["message"]


def test_a_neighbours_figures_are_left_out_of_a_wider_question(machine, survey, commune):
    """Whoever may see one commune asks about the whole province."""
    machine().ask("/indicators?code=52&level=commune", 404)


def test_a_key_without_access_to_interviews_reads_what_was_given_out(machine, survey, commune):
    outsider = machine("api_client")
    send(survey, "1", "1", "1", "0", "0")
    (item,) = ask(outsider, commune, "&indicator=FIBRE")["items"]
    assert (item["value"], item["n"], item["suppressed"]) == (None, None, "not_released")

    with transaction():
        releasing.release(survey.round, OPERATOR)
    (item,) = ask(outsider, commune, "&indicator=FIBRE")["items"]
    assert (item["value"], item["n"], item["suppressed"]) == (0.6, 5, None)
    assert ask(outsider, commune, "&indicator=FIBRE&release=1")["items"] == [item]
    assert ask(outsider, commune, "&release=2", 404)["code"] == "NotFound"


def test_no_filter_shows_what_is_withheld(machine, survey, commune):
    send(survey, "1", "0", "1", "0")
    with transaction():
        releasing.release(survey.round, OPERATOR)
    outsider = machine("api_client")
    for more in ("", "&level=village", "&indicator=FIBRE", "&level=village&indicator=FIBRE"):
        for item in ask(outsider, commune, more)["items"]:
            assert (item["value"], item["numerator"], item["bounds"]) == (None, None, None)
            assert item["suppressed"] == "small"
    assert machine().ask(f"/indicators?unit={commune.id}")["items"][0]["value"] == 0.5
