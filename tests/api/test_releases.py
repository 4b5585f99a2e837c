"""What was given out, and what each release changed, for machines."""

from app.accounts.actors import OPERATOR
from app.db import transaction
from app.indicators import releases
from app.indicators.disclosure import Rule
from tests import people, releasing


def give_out(survey, **how):
    with transaction():
        return releasing.release(survey.round, OPERATOR, **how).version


def test_a_restatement_tells_before_after_and_why(machine, survey):
    with transaction():
        rule = Rule(threshold=1, smallest_n=0, legal_note="QĐ 12")
        releases.set_rule(survey.project.id, rule, OPERATOR)
    for household in survey.ids[:4]:
        survey.send(survey.instance(household, fibre="1"))
    give_out(survey)
    survey.send(survey.instance(survey.ids[4], fibre="0"))
    give_out(survey, final=True)
    asking = machine("api_client", people.GIA_LAI)
    newest, first = asking.ask("/releases")["items"]
    assert (newest["release"], newest["status"], first["status"]) == (2, "final", "provisional")
    assert (newest["rule"]["legal_note"], newest["villages_changed"]) == ("QĐ 12", 1)

    said = asking.ask("/releases/2")
    assert said["before"] == 1
    (pair,) = [
        pair for pair in said["items"]
        if pair["after"]["unit"]["code"] == people.IA_DOM and pair["after"]["indicator"] == "FIBRE"
    ]  # fmt: skip
    assert (pair["before"]["value"], pair["after"]["value"]) == (1.0, 0.8)
    assert said["next"] is None
    first, following = asking.ask("/releases/2?limit=1"), []
    while first["next"]:
        following += first["items"]
        first = asking.ask(f"/releases/2?limit=1&next={first['next']}")
    assert following + first["items"] == said["items"]
    asking.ask("/releases/2?next=nix", 422)
    begun = asking.ask("/releases/1")
    assert begun["before"] is None
    assert {pair["before"] for pair in begun["items"]} == {None}
    asking.ask("/releases/3", 404)
    asking.ask(f"/releases/{10**20}", 404)
    asking.ask("/releases?round=NIX", 404)
