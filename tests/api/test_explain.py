"""What is behind a figure, for machines."""

import pytest

from app import programme
from app.accounts.actors import OPERATOR
from tests import people
from tests.joined_forms import safety_form, safety_xml, use_form, use_xml


def send(survey, *answers):
    for household, answer in zip(survey.ids, answers, strict=False):
        survey.send(survey.instance(household, fibre=answer))


def ask(machine, survey, more="", status=200):
    return machine.ask(
        f"/indicators/explain?code={survey.village.public_id}&indicator=FIBRE{more}", status
    )


def test_a_figure_is_explained_in_words_numbers_and_interviews(machine, survey):
    send(survey, "1", "0", "8")
    found = ask(machine(), survey)
    assert found["figure"]["value"] == 0.5
    assert found["definition"]["numerator"] == "${fibre} = '1'"
    assert found["words"]["en"]["numerator"] == "“Fibre” is “Yes”"
    assert found["words"]["vi"]["numerator"] == "“Fibre” là “Yes”"
    assert found["missing"]["dont_know"] == 1
    assert found["reasons"] == {"counted": 2, "missing": 1}
    assert found["form_versions"] == {"1": 3}
    first = found["interviews"][0]
    assert (first["household"], first["reason"], first["y"], first["x"]) == (
        survey.ids[0], "counted", 1.0, 1.0,
    )  # fmt: skip
    assert first["answers"] == {"fibre": ["1"]}


def test_interviews_come_in_pages(machine, survey):
    send(survey, "1", "0", "1")
    asking, found, more = machine(), [], ""
    while more is not None:
        page = ask(asking, survey, f"&limit=2{more}")
        found += [item["household"] for item in page["interviews"]]
        more = page["next"] and f"&next={page['next']}"
    assert found == survey.ids[:3]
    only = ask(asking, survey, "&reason=missing")
    assert (only["interviews"], only["next"]) == ([], None)


def test_a_key_without_access_to_interviews_gets_none(machine, survey):
    send(survey, "1", "0", "1", "1", "0")
    found = ask(machine("api_client"), survey)
    assert (found["reasons"], found["interviews"], found["form_versions"]) == (None, [], None)
    assert found["figure"]["suppressed"] == "not_released"


@pytest.mark.parametrize(
    ("more", "status"),
    [("&by=nix", 404), ("&value=x", 404), ("&reason=x", 422), ("&sort=x", 422), ("&next=x", 422),
     ("&next=Wy0xXQ==", 422), ("&limit=0", 422), ("&round=NIX", 404), ("&release=9", 404)],
)  # fmt: skip
def test_what_there_is_not_is_named(machine, survey, more, status):
    ask(machine(), survey, more, status)


def test_parts_are_of_the_level_asked_for(machine, survey):
    send(survey, "1", "0", "1", "1", "0")
    asking = machine(place=people.GIA_LAI)
    where = "/indicators/explain?code=52&indicator=FIBRE"
    communes, villages = asking.ask(where), asking.ask(f"{where}&level=village")
    assert {part["unit"]["level"] for part in communes["parts"]} == {"commune"}
    assert [part["unit"]["code"] for part in villages["parts"] if part["n"]] == [
        survey.village.public_id
    ]
    asking.ask(f"{where}&level=province", 422)


def test_another_territory_is_not_there(machine, survey):
    ask(machine(place=people.PLEIKU), survey, status=404)
    machine().ask("/indicators/explain?code=52&indicator=FIBRE", 404)
    machine().ask(f"/indicators/explain?code={survey.village.public_id}&indicator=%00", 404)


def test_both_interviews_of_a_figure_of_two_forms_are_named(machine, survey):
    for form in (safety_form(), use_form()):
        programme.publish(survey.project.id, form, OPERATOR)
    survey.send(survey.instance(survey.ids[0], members=[(40, "2")] * 3))
    survey.send(safety_xml(survey, survey.ids[0], locked="2"))
    survey.send(use_xml(survey, survey.ids[0]))
    found = machine().ask(
        f"/indicators/explain?code={survey.village.public_id}&indicator=SAFE", 200
    )
    assert found["definition"]["join"] == "antoan"
    (one,) = found["interviews"]
    assert one["answers"] == {"net_last": ["1"], "antoan#locked": ["2"]}
    assert (one["weight"], one["y"], one["x"]) == (3, 0, 1)
    assert one["partner"] not in {None, one["submission"]}
