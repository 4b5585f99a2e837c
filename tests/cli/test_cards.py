"""`thonso cards`: a commune's card from the command line."""

import pytest

from app.cli.cards import STEPS
from app.scorecards import card
from tests.people import IA_DOM
from tests.scorecards.small import publish
from tests.survey import start_survey


@pytest.fixture
def survey(app):
    survey = start_survey(households=4)
    for household, fibre in zip(survey.ids, "1100", strict=True):
        survey.send(survey.instance(household, fibre=fibre))
    publish(survey.project.id)
    return survey


@pytest.fixture
def on_card(thonso, survey):
    """Runs a command on the card of Ia Dom: `on_card("step", "review")`."""

    def run(command, rest="", status=0):
        where = f"CDS 2026-1 {IA_DOM}"
        done = thonso(f"cards {command} {where} {rest} --project {survey.project.id}")
        assert done.exit_code == status, done.output
        return done.output

    return run


def test_the_whole_way(on_card, thonso, tmp_path):
    decision = tmp_path / "quyết định.pdf"
    decision.write_bytes(b"%PDF-1.7")
    on_card("write", "C --reported 1")
    on_card("write", "D --reported yes")
    assert "to do: no_evidence" in on_card("show")
    assert on_card("attach", f"D '{decision}'").startswith("It is file ")
    on_card("write", "A --own 15 --explanation 'Có 12 hộ chưa nhập'")
    for name in ("review", "explain", "submit"):
        on_card("step", name)
    assert "write a remark" in on_card("grant", "A 13,25", status=1)
    on_card("grant", "A 13,25 --remark 'Chỉ 9 hợp đồng'")
    assert on_card("step", "appraise") == "The card is appraised.\n"

    shown = on_card("show").splitlines()
    assert shown[0] == ("appraised, last day -; computed 37.50, own 40.00, granted so far 38.25")
    assert shown[1] == "   A  12.50  own 15.00  granted 13.25  of 20.00"
    assert shown[3] == "      remark: Chỉ 9 hợp đồng"
    told = on_card("history").splitlines()
    assert "operator  scorecard.appraised" in told[0]
    assert len(told) == 9


def test_what_is_not_given_stays(on_card):
    on_card("write", "A --own 15 --explanation x")
    on_card("write", "A --own 14")
    shown = on_card("show")

    assert "own 14.00" in shown
    assert "explanation: x" in shown
    on_card("write", "A --own ''")
    assert "A  12.50  own =" in on_card("show")


def test_files_are_fetched_and_taken_out(on_card, thonso, tmp_path):
    decision = tmp_path / "a.pdf"
    decision.write_bytes(b"%PDF-1.7 x")
    number = on_card("attach", f"D {decision}").split()[-1].rstrip(".")
    assert thonso(f"cards fetch {number} {tmp_path / 'b.pdf'}").exit_code == 0
    assert (tmp_path / "b.pdf").read_bytes() == b"%PDF-1.7 x"
    assert thonso(f"cards detach {number}").exit_code == 0
    assert thonso(f"cards fetch {number} {tmp_path / 'c.pdf'}").exit_code == 1
    assert not (tmp_path / "c.pdf").exists()


def test_more_time_and_refusals(on_card, thonso, survey):
    assert "until 2099-01-31" in on_card("step", "extend --until 2099-01-31 --reason 'lũ lụt'")
    assert "moved on" in on_card("step", "submit", status=1)
    listed = thonso(f"cards list CDS 2026-1 --project {survey.project.id}").output
    assert f"{IA_DOM}  Ia Dom  computed  2099-01-31" in listed
    other = thonso(f"cards show CDS 2026-1 52 --project {survey.project.id}")
    assert (other.exit_code, "Cards are communes'" in other.output) == (1, True)


def test_the_steps_are_all_there():
    assert set(STEPS) == {*card.STEPS, "extend"}
