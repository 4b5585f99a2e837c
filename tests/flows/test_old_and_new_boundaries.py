"""One indicator of one commune, under the old boundaries and the new, in a round before and after.

Xã Nậm Dịch in Tuyên Quang was made on 1 July 2025 of the old Nậm Dịch, Nậm Ty and Tả Sử Choóng. All
expected figures are counted from the invented people below by nothing but Python.
"""

from datetime import date
from typing import NamedTuple

import pytest
from flask import Flask

from app import pipeline, programme, regrouping
from app.accounts.actors import OPERATOR
from app.accounts.app_users import app_user_token
from app.accounts.tokens import issue_api_token
from app.db import db, transaction
from app.org_units.changes import Decision, Newcomer
from app.org_units.models import OrgUnit
from app.org_units.queries import find_by_code, find_village
from app.org_units.villages import create_village
from app.rounds.queries import list_rounds
from app.submissions.models import Interview, Submission
from tests import people
from tests.pages.browsing import browser_of
from tests.survey import Survey, household_form

OLD_DAY = date(2025, 6, 30)
NEW_NAM_DICH, OLD_NAM_DICH, NAM_TY, TA_SU_CHOONG = "01075", "01075", "01087", "01072"


class Household(NamedTuple):
    village: str
    number: int
    fibre_2024: bool
    fibre_2026: bool


PEOPLE = [
    Household(village, number, number % before == 0, number % after == 0)
    for village, before, after in (("Nậm Ty Một", 4, 2), ("Nậm Ty Hai", 3, 2), ("Nậm Dịch", 2, 1),
                                   ("Tả Sử", 5, 3))
    for number in range(1, 13)
]  # fmt: skip
LIES = {"Nậm Ty Một": NAM_TY, "Nậm Ty Hai": NAM_TY, "Nậm Dịch": OLD_NAM_DICH, "Tả Sử": TA_SU_CHOONG}


def counted(communes: set[str], year: int) -> tuple[int, int]:
    """Households with fibre, and all households, of some old communes: by hand."""
    there = [one for one in PEOPLE if LIES[one.village] in communes]
    return sum(getattr(one, f"fibre_{year}") for one in there), len(there)


class Province(NamedTuple):
    survey: Survey
    villages: dict[str, OrgUnit]


@pytest.fixture
def province(app: Flask) -> Province:
    """Tuyên Quang with four villages, whose people were all interviewed in 2024 and in 2026."""
    with transaction():
        project = people.project("08", "Xã hội số Tuyên Quang")
        commune = people.unit(NEW_NAM_DICH).id
        villages = {
            name: create_village(commune, name, "bản", lay_in=find_by_code(code, on=OLD_DAY))
            for name, code in LIES.items()
        }
        phone = people.surveyor(*villages.values(), of=project)
        rounds = {
            year: programme.open_round(
                project.id, f"{year}-1", f"Năm {year}", date(year, 1, 1), date(year, 12, 31),
                actor=OPERATOR,
            )
            for year in (2024, 2026)
        }  # fmt: skip
        for opened in rounds.values():
            opened.review_policy = "approve-unflagged"
        token = app_user_token(phone)
    programme.publish(project.id, household_form(), OPERATOR)
    survey = Survey(project, rounds[2026], next(iter(villages.values())), phone, token)
    known = date(2024, 1, 1)
    codes = {name: survey.register(12, place, since=known) for name, place in villages.items()}
    for year in (2024, 2026):
        for one in PEOPLE:
            survey.commune_code = LIES[one.village] if year == 2024 else NEW_NAM_DICH
            fibre = getattr(one, f"fibre_{year}")
            survey.post(
                survey.instance(
                    codes[one.village][one.number - 1],
                    village=str(villages[one.village].public_id),
                    fibre="1" if fibre else "0",
                    day=date(year, 5, one.number),
                )
            )
    pipeline.settle()
    return Province(survey, villages)


@pytest.fixture
def ask(app: Flask, province: Province):
    """Questions to the API with the key of a machine of the province."""
    with transaction():
        account = people.person("province_analyst", "08", of=province.survey.project)
        token = issue_api_token(account, "a machine")

    def asking(query: str, status: int = 200):
        answer = app.test_client().get(
            f"/api/v1/indicators?indicator=FIBRE&{query}",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == status, answer.text
        return answer.json["items"] if status == 200 else answer.json

    return asking


@pytest.mark.parametrize("year", [2024, 2026])
@pytest.mark.parametrize(
    ("query", "communes", "name"),
    [
        (f"code={NAM_TY}&boundaries=old", {NAM_TY}, "Nậm Ty"),
        (f"code={OLD_NAM_DICH}&on=2024-06-01", {OLD_NAM_DICH}, "Nậm Dịch"),
        (f"code={NEW_NAM_DICH}&boundaries=new", {NAM_TY, OLD_NAM_DICH, TA_SU_CHOONG}, "Nậm Dịch"),
        # A retired code asked about today means what has its ground.
        (f"code={NAM_TY}", {NAM_TY, OLD_NAM_DICH, TA_SU_CHOONG}, "Nậm Dịch"),
    ],
)
def test_four_readings_of_one_indicator(ask, query, communes, name, year):
    (figure,) = ask(f"{query}&round={year}-1")

    yes, households = counted(communes, year)
    assert figure["unit"]["name"] == name
    assert (figure["numerator"], figure["denominator"]) == (yes, households)
    assert figure["value"] == pytest.approx(yes / households)
    assert (figure["n"], figure["broken"], figure["status"]) == (households, None, "final")


def test_the_old_districts_communes_side_by_side(ask):
    district = "032"  # Hoàng Su Phì
    figures = ask(f"code={district}&boundaries=old&level=commune&round=2024-1")

    known = {figure["unit"]["code"]: figure["numerator"] for figure in figures if figure["n"]}
    assert known == {code: counted({code}, 2024)[0] for code in LIES.values()}


def test_every_interview_is_filed_at_its_village(province):
    filed = set(db.session.scalars(db.select(Submission.unit_id)))

    assert filed == {village.id for village in province.villages.values()}


def test_a_village_without_its_old_commune_breaks_the_old_series_and_says_so(province, ask):
    with transaction():
        new = create_village(people.unit(NEW_NAM_DICH).id, "Bản Mới", "bản")
    province.survey.register(1, new)

    (old,) = ask(f"code={NAM_TY}&boundaries=old&round=2026-1")
    (today,) = ask(f"code={NEW_NAM_DICH}&round=2024-1")

    assert old["value"] is None
    assert old["broken"].startswith("Broken series: 1 ")
    assert new.public_id in old["broken"]
    assert (today["broken"], today["denominator"]) == (None, len(PEOPLE))


def test_a_village_that_merged_breaks_the_old_series_like_those_it_was_made_of(province, ask):
    with transaction():
        commune = people.unit(NEW_NAM_DICH).id
        one, two = (create_village(commune, f"Bản Mới {n}", "bản") for n in "AB")
    province.survey.register(1, one)
    with transaction():
        merged = regrouping.merge(
            [one.id, two.id], Newcomer("Bản Chung", "bản"), Decision(date(2026, 5, 1), "1/NQ")
        )
        name = merged.made[0].public_id
    pipeline.settle()

    (old,) = ask(f"code={NAM_TY}&boundaries=old&round=2026-1")
    assert name in old["broken"]


def test_a_place_that_became_several_is_asked_for_by_one_of_them(ask):
    refused = ask(f"unit={people.unit(NEW_NAM_DICH).id}&boundaries=old", 409)

    assert "Nậm Ty" in refused["message"]


def test_a_commune_on_its_own_is_understood_as_of_the_day(province):
    """Retired codes of communes, without any village: 2024 means the old one, today its heir."""
    survey = province.survey
    survey.commune_code = NAM_TY
    for day in (date(2024, 9, 1), date(2026, 9, 1)):
        survey.post(survey.instance(f"X-{day}", village="T-XXXXX", day=day))
    pipeline.settle()

    filed = db.session.scalars(
        db.select(Submission.unit_id)
        .join(Interview, Interview.instance_pk == Submission.current_pk)
        .where(Interview.household.like("X-%"))
    )
    old = find_by_code(NAM_TY, on=OLD_DAY)
    assert set(filed) == {old.id, people.unit(NEW_NAM_DICH).id}


@pytest.fixture
def analyst(app: Flask, province: Province):
    return browser_of(
        app.test_client(), "province_analyst", place="08", of=province.survey.project
    )  # fmt: skip


def figure_of(page) -> list[str]:
    return next(row for row in page.rows() if row[0].startswith("FIBRE"))


@pytest.mark.parametrize("year", [2024, 2026])
def test_the_commune_page_reads_old_and_new_boundaries(analyst, province, year):
    new, old = people.unit(NEW_NAM_DICH), find_by_code(NAM_TY, on=OLD_DAY)
    round_id = next(
        found.id for found in list_rounds(province.survey.project.id) if found.code == f"{year}-1"
    )

    today = analyst.get(f"/communes/{new.id}?round={round_id}")
    yes, households = counted({NAM_TY, OLD_NAM_DICH, TA_SU_CHOONG}, year)
    assert figure_of(today)[3] == f"{yes} / {households}"
    several = analyst.get(f"/communes/{new.id}?round={round_id}&boundaries=old")
    there = f"/communes/{old.id}?boundaries=old&round={round_id}"
    assert "nhiều xã" in several.text
    assert there in several.links()

    before = analyst.get(there)
    yes, households = counted({NAM_TY}, year)
    assert figure_of(before)[3] == f"{yes} / {households}"
    assert "địa giới ngày 30/6/2025" in before.text
    assert {"Bản Nậm Ty Một", "Bản Nậm Ty Hai"} <= {row[0] for row in before.rows()}
    indicator = next(link for link in before.links() if "/indicators/FIBRE" in link)
    assert f"Tử số {yes}, mẫu số {households}" in analyst.get(indicator).text
    csv = next(link for link in before.links() if ".csv" in link)
    assert NAM_TY in analyst.client.get(csv).text

    heir = analyst.get(f"/communes/{old.id}?boundaries=new&round={round_id}")
    assert "phần đất của Xã Nậm Ty thuộc Xã Nậm Dịch" in heir.text
    away = analyst.client.get(
        f"/communes/{new.id}/indicators/FIBRE?boundaries=old&round={round_id}"
    )
    assert away.location == f"/communes/{new.id}?round={round_id}&boundaries=old"


def test_a_broken_series_says_why_in_the_readers_language(analyst, province):
    with transaction():
        new = create_village(people.unit(NEW_NAM_DICH).id, "Bản Mới", "bản").public_id
        old = find_by_code(NAM_TY, on=OLD_DAY).id
    province.survey.register(1, find_village(new))

    page = analyst.get(f"/communes/{old}?boundaries=old")
    assert "Chuỗi số liệu bị ngắt: 1 thôn trong đợt" in page.text
    assert f"địa giới này ({new})" in page.text
    assert "bị ngắt" in analyst.get(f"/communes/{old}/indicators/FIBRE").text
    analyst.post(page, "/language", language="en")
    assert "Broken series: 1 villages" in analyst.get(f"/communes/{old}").text
