"""Rounds for machines: settings as they are, and the sample that anybody can draw again."""

from datetime import date

from app import programme
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.rounds.plan import RoundPlan
from app.samples.design import Design
from tests import people


def test_a_round_with_its_settings_and_its_sample(machine, survey, commune):
    plan = RoundPlan(
        "Đợt 1", date(2026, 1, 1), frozen_on=date(2026, 6, 1), legal_basis="12/QĐ-UBND",
        org_unit_id=commune.id, deadlines=((date(2026, 2, 1), "Xong danh sách"),),
    )  # fmt: skip
    with transaction():
        found = db.session.merge(survey.round)
        programme.change_round(found, plan, actor=OPERATOR)
        programme.draw_sample(found, Design("simple", 3), "mầm", actor=OPERATOR)

    (item,) = machine("api_client", people.GIA_LAI).ask("/rounds")["items"]

    sample = item.pop("sample")
    assert (sample["seed"], sample["households"], sample["frame"]) == ("mầm", 3, 5)
    assert item == {
        "code": "2026-1", "name": "Đợt 1", "starts_on": "2026-01-01", "ends_on": None,
        "design": "sample", "valid_for": None, "frozen_on": "2026-06-01",
        "legal_basis": "12/QĐ-UBND", "place": people.IA_DOM,
        "deadlines": [{"due_on": "2026-02-01", "name": "Xong danh sách"}],
    }  # fmt: skip


def test_another_programme_is_not_there(machine, survey):
    machine().ask(f"/rounds?project={survey.project.id + 1}", status=404)
