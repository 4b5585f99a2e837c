"""A commune's changes from round to round, and in words how sure they are."""

from datetime import date

import pytest

from app import programme
from app.accounts.actors import OPERATOR
from app.db import transaction
from app.pages import commune_changes
from tests import people

LATER = date(2026, 11, 20)


@pytest.fixture
def rounds(survey):
    """The round of the survey, and one that begins after it."""
    with transaction():
        survey.round.review_policy = "approve-unflagged"
        later = programme.open_round(
            survey.project.id, "2026-2", "Đợt 2", date(2026, 11, 10), None, actor=OPERATOR
        )
        later.review_policy = "approve-unflagged"
        return survey.round.id, later.id


def address(commune, rounds, more=""):
    return f"/communes/{commune.id}/changes?round={rounds[1]}{more}"


def row_of(page, code):
    return next(row for row in page.rows() if row[0].startswith(code))


def test_a_change_and_how_sure_it_is(signed_in, sent, commune, rounds):
    for number, fibre in enumerate("100"):
        sent(number, fibre=fibre)
    for number, fibre in enumerate("110"):
        sent(number, fibre=fibre, day=LATER)
    page = signed_in().get(address(commune, rounds))

    assert row_of(page, "FIBRE")[1:] == [
        "33,3%", "66,7%", "+33,3 (-57,4 đến +124,0)",
        "chưa thấy thay đổi nào phân biệt được với ngẫu nhiên",
    ]  # fmt: skip
    assert "khoảng tin cậy 95%" in page.text


def test_full_counts_leave_nothing_to_chance(signed_in, sent, commune, rounds):
    for number, fibre in enumerate("11000"):
        sent(number, fibre=fibre)
    for number, fibre in enumerate("11100"):
        sent(number, fibre=fibre, day=LATER)
    page = signed_in().get(address(commune, rounds))

    assert row_of(page, "FIBRE")[3:] == ["+20,0", "tăng, nhiều hơn mức ngẫu nhiên"]
    assert row_of(page, "PHONE")[3:] == ["0,0", "không thay đổi"]


def test_one_interview_tells_nothing_yet(signed_in, sent, commune, rounds):
    sent(0, fibre="1")
    sent(0, fibre="0", day=LATER)
    page = signed_in().get(address(commune, rounds))

    assert row_of(page, "FIBRE")[4].startswith("chưa thể nói")


def test_a_round_without_figures(signed_in, sent, commune, rounds):
    sent(0)
    page = signed_in().get(address(commune, rounds))

    assert row_of(page, "FIBRE")[1:] == [
        "100,0%", "–", "–", "một trong hai đợt chưa có số liệu",
    ]  # fmt: skip


def test_the_commune_leads_there_when_there_is_an_earlier_round(signed_in, commune, rounds):
    leads = f"/communes/{commune.id}/changes"
    later = signed_in().get(f"/communes/{commune.id}?round={rounds[1]}")
    assert [link for link in later.links() if link.startswith(leads)]
    first = signed_in().get(f"/communes/{commune.id}?round={rounds[0]}")
    assert [link for link in first.links() if link.startswith(leads)] == []
    alone = signed_in().get(f"{leads}?round={rounds[0]}")
    assert "Chưa có đợt nào trước đó" in alone.text


@pytest.mark.parametrize("sort", commune_changes.SORTS)
def test_orders(signed_in, sent, commune, rounds, sort):
    sent(0)
    page = signed_in().get(address(commune, rounds, f"&sort={sort}"))
    assert len(page.tree.xpath("//th[@aria-sort]")) == 1


def test_what_cannot_be_compared(signed_in, commune, rounds):
    signed_in().get(address(commune, rounds, "&since=999999"), 404)
    signed_in().get(address(commune, rounds, f"&since={rounds[1]}"), 404)
    signed_in("commune_reviewer", people.PLEIKU).get(address(commune, rounds), 404)
