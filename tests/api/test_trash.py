"""The trash for machines: thrown away with a reason, listed, brought back; what was purged."""

from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.submissions import purge
from app.submissions.models import Submission
from tests import people


def newest():
    return db.session.query(Submission.id).order_by(Submission.id.desc()).first()[0]


def test_an_interview_goes_comes_back_and_goes_for_good(machine, survey):
    survey.send(survey.instance(survey.ids[0]))
    number = newest()
    asking = machine("commune_lead")
    asking.ask(f"/submissions/{number}/trash", 400, "POST", json={})
    asking.ask(f"/submissions/{number}/trash", method="POST", json={"reason": "một phiếu thử"})
    asking.ask(f"/submissions/{number}", 404)
    [lying] = asking.ask("/trash")["items"]
    assert (lying["id"], lying["reason"]) == (number, "một phiếu thử")
    assert lying["unit"]["code"] == survey.village.public_id
    asking.ask(f"/trash/{number}/restore", method="POST")
    assert asking.ask("/trash")["items"] == []
    assert asking.ask(f"/submissions/{number}")["state"] == "approved"
    asking.ask(f"/trash/{number}/restore", 404, "POST")

    asking.ask(f"/submissions/{number}/trash", method="POST", json={"reason": "rút lại"})
    with transaction():
        proof = purge.purge(number, "rút lại", OPERATOR, law="Luật 91/2025/QH15")
    [gone] = asking.ask("/purges")["items"]
    assert (gone["id"], gone["proof"], gone["legal_basis"]) == (number, proof, "Luật 91/2025/QH15")
    assert asking.ask("/trash")["items"] == []


def test_pages_follow_one_another(machine, survey):
    asking = machine("commune_lead")
    for code in survey.ids[:3]:
        survey.send(survey.instance(code))
        asking.ask(f"/submissions/{newest()}/trash", method="POST", json={"reason": "x"})
    first = asking.ask("/trash?limit=2")
    second = asking.ask(f"/trash?limit=2&next={first['next']}")
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    assert asking.ask("/trash?next=WzBd", 422)["code"] == "BadParameters"


def test_others_see_and_move_nothing(machine, survey):
    survey.send(survey.instance(survey.ids[0]))
    number = newest()
    throw = {"method": "POST", "json": {"reason": "x"}}
    elsewhere = machine("commune_lead", people.PLEIKU)
    elsewhere.ask(f"/submissions/{number}/trash", 404, **throw)
    machine("commune_reviewer").ask(f"/submissions/{number}/trash", 403, **throw)
    machine("commune_lead").ask(f"/submissions/{number}/trash", **throw)
    assert elsewhere.ask("/trash")["items"] == []
    elsewhere.ask(f"/trash/{number}/restore", 404, "POST")
