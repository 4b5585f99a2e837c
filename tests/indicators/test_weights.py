"""The weight of each interview behind a figure: how it is made, and that all of them add up."""

import pytest
from flask import Flask

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.forms.source import FormSource
from app.i18n import in_language
from app.indicators import releases
from app.indicators.behind import Interview
from app.indicators.disclosure import Rule
from app.indicators.explain import Explanation, explain, interviews_of
from app.indicators.known_totals import import_totals
from app.indicators.release_queries import get_release
from app.org_units.models import OrgUnit
from app.submissions.models import Submission
from tests import people, releasing
from tests.flows.test_village_forms import VILLAGE_FORM, report
from tests.survey import Survey, household_form, person_form, person_xml, start_survey

HALF = pytest.approx(0.5)


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey(households=6)


def behind(
    survey: Survey, code: str = "FIBRE", unit: OrgUnit | None = None, **asked
) -> tuple[Explanation, dict[str | None, Interview]]:
    """What is behind a figure; the interviews that count, which add up to it, by household."""
    pipeline.settle()
    unit = unit or people.unit(people.IA_DOM)
    found = explain(OPERATOR, round_=survey.round, unit=unit, indicator=code, **asked)
    listed = [one for one, _ in interviews_of(found, None, sort="place", start=0, limit=1000)]
    added = [one.adds for one in listed if one.adds]
    for side, total in enumerate((found.figure.numerator, found.figure.denominator)):
        assert sum(pair[side] for pair in added) == pytest.approx(total, rel=1e-12)
    for one in listed:
        if one.adds and one.weight.total is not None:
            assert one.adds == pytest.approx((one.weight.total * one.y, one.weight.total * one.x))
        assert (one.weight is None) == (one.reason not in {"counted", "missing"})
    return found, {one.household: one for one in listed if one.weight}


def words(one: Interview, language: str = "en") -> str:
    with in_language(language):
        return one.weight.words


def test_in_a_census_the_counted_stand_for_the_village(survey):
    survey.visit(survey.ids[0])
    survey.visit(survey.ids[1], fibre="0")
    survey.visit(survey.ids[2], fibre="8")
    survey.visit(survey.ids[3], visit="5")
    _, listed = behind(survey)
    # 3 counted and 1 gone of 6: of the 2 not reached 3 in 4 are there, so 4.5 of which 3 count.
    assert listed[survey.ids[0]].weight.total == pytest.approx(1.5)
    assert words(listed[survey.ids[0]]) == "1.5 (households of the village ÷ counted: 4.5 ÷ 3)"


def test_a_drawn_household_stands_for_others_and_for_those_not_reached(survey):
    """4 of 6 drawn, of whom 2 answer, 1 refuses and 1 is gone: 1 ÷ (4/6) · 3/2 = 2.25."""
    drawn = survey.draw("simple", 4)
    survey.visit(drawn[0])
    survey.visit(drawn[1], fibre="0")
    survey.visit(drawn[2], visit="4")
    survey.visit(drawn[3], visit="5")
    found, listed = behind(survey)
    one = listed[drawn[0]]
    assert (found.figure.value, found.figure.denominator) == (HALF, pytest.approx(4.5))
    assert one.weight.factor.probability == pytest.approx(4 / 6)
    assert (one.weight.correction, one.weight.total) == (pytest.approx(1.5), pytest.approx(2.25))
    assert words(one) == (
        "1 ÷ 0.6667 (how likely its household was drawn)"
        " × 1.5 (drawn households that are there ÷ counted: 3 ÷ 2)"
    )
    assert words(one, "vi") == (
        "1 ÷ 0,6667 (xác suất hộ được chọn)"
        " × 1,5 (số hộ được chọn có thật ÷ số hộ được tính: 3 ÷ 2)"
    )


def test_the_oversampled_weigh_less(survey):
    with transaction():
        db.session.connection().exec_driver_sql(
            "update households set poor = '1' where number <= 2"
        )
    for household in survey.draw("simple", 4, oversample=3):
        survey.visit(household, fibre="1" if household in survey.ids[:2] else "0")
    _, listed = behind(survey)
    weights = {household in survey.ids[:2]: one.weight.total for household, one in listed.items()}
    assert weights == {True: pytest.approx(1), False: pytest.approx(2)}


def test_who_stands_in_says_for_whom(survey):
    drawn = survey.draw("simple", 3, reserves=1)
    for household in drawn[:2]:
        survey.visit(household)
    survey.visit(drawn[2], visit="4")
    with transaction():
        found = db.session.merge(survey.round)
        other = programme.substitute(found, drawn[2], "từ chối", actor=OPERATOR).household
    survey.visit(other, fibre="0")
    _, listed = behind(survey)
    assert {one.replaces for household, one in listed.items() if household == other} == {drawn[2]}
    assert listed[other].weight.total == pytest.approx(2)


def test_one_adult_has_the_weight_of_the_household_times_its_adults(survey):
    programme.publish(survey.project.id, person_form(), OPERATOR)
    small, large, *_ = survey.draw("simple", 3)
    survey.visit(small, members=[(40, "2")])
    survey.visit(large, members=[(40, "2")] * 4)
    survey.post(person_xml(survey, small, net="1"))
    survey.post(person_xml(survey, large, net="2"))
    found, listed = behind(survey, "NET")
    assert found.figure.value == pytest.approx(0.2)
    assert listed[large].weight.total == pytest.approx(12)  # 2 · 3/2 · 4
    assert words(listed[large]).endswith(" × 4 (adults of the household)")


def test_villages_that_were_drawn_have_a_chance_of_their_own(survey):
    villages = [survey.village, *(survey.add_village(name) for name in ("Bi", "Trang", "Trêl"))]
    for village in villages[1:]:
        survey.register(10, village)
    drawn = survey.draw("two-stage", 2, take=4)
    for number, household in enumerate(drawn):
        survey.visit(household, fibre=str(number % 2))
    _, listed = behind(survey)
    place = next(v for v in villages if v.public_id == drawn[0].rpartition("-")[0])
    frame = 6 if place is survey.village else 10
    factor = listed[drawn[0]].weight.factor
    assert factor.village_probability == pytest.approx(2 * frame / 36)
    assert factor.probability == pytest.approx(2 * 4 / 36)
    assert "how likely its village was drawn" in words(listed[drawn[0]])
    # Of the village by itself: 4 of its households.
    _, inside = behind(survey, unit=place)
    assert inside[drawn[0]].weight.total == pytest.approx(frame / 4)
    assert inside[drawn[0]].weight.factor.village_probability is None


def start_fitted(survey: Survey) -> Survey:
    """A village of 6 and one of 4 households, 5 of all drawn; the known number is of villages."""
    survey.other = survey.add_village("Bi")
    survey.register(4, survey.other)
    survey.drawn = survey.draw("simple", 5)
    with transaction():
        releases.set_rule(survey.project.id, Rule(threshold=1, smallest_n=0), OPERATOR)
    for number, household in enumerate(survey.drawn):
        members = [(40, "2"), (17, "1"), (30, "1")][: 1 + number % 3]
        survey.visit(household, fibre=str(number % 2), members=members)
    pipeline.settle()
    return survey


def release(survey: Survey, totals: str) -> dict:
    with transaction():
        found = db.session.merge(survey.round)
        import_totals(found, f"indicator,margin,level,N\n{totals}", OPERATOR)
        made = releasing.release(found, OPERATOR)
    return {"release": get_release(survey.round.id, made.version)}


def test_what_is_fitted_to_known_totals_says_by_how_much(survey):
    start_fitted(survey)
    here, there = survey.village.public_id, survey.other.public_id
    given = release(survey, f"FIBRE,village,{here},9\nFIBRE,village,{there},3\n")
    found, listed = behind(survey, **given)
    assert found.figure.is_calibrated
    assert found.figure.denominator == pytest.approx(12)
    inside = [one for household, one in listed.items() if household.startswith(here)]
    assert sum(one.weight.total for one in inside) == pytest.approx(9)
    assert inside[0].weight.fitted.g == pytest.approx(9 / len(inside) / 2)
    assert words(inside[0]).endswith("(fitted to known totals)")
    # A village keeps the weights of the sample, and so do the figures of now.
    for unit, release_ in ((survey.village, given), (None, {})):
        _, plain = behind(survey, unit=unit, **release_)
        assert {one.weight.fitted for one in plain.values()} == {None}


def test_members_of_one_household_may_be_fitted_differently(survey):
    text = household_form().content.decode().replace("| PHONE | 1 ", "| PHONE | 2 ")
    text = text.replace("| unit      | eligible       | numerator          |",
                        "| unit      | eligible       | numerator          | by |")  # fmt: skip
    text = text.replace("${fibre} = '1'     |", "${fibre} = '1'     | |")
    text = text.replace("${m_phone} = '2'   |", "${m_phone} = '2'   | age |")
    text += "| breakdowns |\n| | name | expression | label |\n"
    text += "| | age | if(${m_age} < 35, 'young', 'old') | Age |\n"
    programme.publish(survey.project.id, FormSource("ho.md", text.encode()), OPERATOR)
    start_fitted(survey)
    given = release(survey, "PHONE,age,young,7\nPHONE,age,old,8\n")
    found, listed = behind(survey, "PHONE", **given)
    assert found.figure.denominator == pytest.approx(15)
    mixed = [one for one in listed.values() if one.n == 2]
    assert {one.weight.total for one in mixed} == {None}
    assert "by member" in words(mixed[0])
    young, _ = behind(survey, "PHONE", by="age", value="young", **given)
    assert young.figure.denominator == pytest.approx(7)


def test_behind_a_release_stand_the_interviews_that_it_was_made_of(survey):
    for household in survey.ids[:3]:
        survey.visit(household)
    pipeline.settle()
    given = release(survey, "")
    survey.visit(survey.ids[3], fibre="0")
    found, listed = behind(survey, **given)
    assert (found.figure.value, sorted(listed)) == (1, survey.ids[:3])
    assert found.tally.reasons == {"counted": 3, "not_then": 1}
    _, now = behind(survey)
    assert len(now) == 4
    # The next version of the indicator is not what that release was made with.
    text = household_form().content.decode().replace("| FIBRE | 1 ", "| FIBRE | 2 ")
    text = text.replace("${fibre} = '1'  ", "${fibre} = '0'  ")
    programme.publish(survey.project.id, FormSource("ho.md", text.encode()), OPERATOR)
    pipeline.settle()
    old = explain(OPERATOR, round_=survey.round, unit=survey.village, indicator="FIBRE", **given)
    assert (old.figure.value, old.figure.version, old.tally) == (1, "1", None)


@pytest.fixture
def villages(survey: Survey) -> Survey:
    """A form about villages, and a second village."""
    programme.publish(survey.project.id, FormSource("thon.md", VILLAGE_FORM.encode()), OPERATOR)
    survey.other = survey.add_village("Mook Trang")
    survey.register(0, survey.other)
    return survey


def test_of_two_reports_about_a_village_and_quarter_one_says_which_counts(villages):
    survey = villages
    survey.send(report(survey.village, people_=100, period="2026-Q3"))
    survey.send(report(survey.village, people_=300, period="2026-Q3"))
    survey.send(report(survey.other, people_=400, period="2026-Q3"))
    ids = [row.id for row in db.session.query(Submission.id).order_by(Submission.id)]
    found, _ = behind(survey, "PEOPLE")
    assert found.tally.reasons == {"counted": 2, "second": 1}

    def left_out() -> tuple[str, int, int | None]:
        rows = interviews_of(behind(survey, "PEOPLE")[0], None, sort="place", start=0, limit=9)
        ((one, _),) = [row for row in rows if row[0].reason != "counted"]
        assert one.period == "2026-Q3"
        return one.reason, one.submission_id, one.instead_id

    assert left_out() == ("second", ids[1], ids[0])
    with transaction():
        reviewer = people.actor("commune_reviewer", of=survey.project)
        pipeline.decide(ids[1], "approved", "", reviewer)
    assert left_out() == ("duplicate", ids[1], ids[0])
    with transaction():
        pipeline.prefer(ids[1], reviewer)
    assert left_out() == ("duplicate", ids[0], ids[1])


def test_a_village_that_reports_twice_counts_once(villages):
    """Five reports of four villages would be five in the list and four in the figure."""
    survey = villages
    survey.send(report(survey.village, people_=100, period="2026-Q2"))
    survey.send(report(survey.village, people_=300, period="2026-Q3"))
    survey.send(report(survey.other, people_=400, period="2026-Q3"))
    found, _ = behind(survey, "PEOPLE")
    assert (found.figure.denominator, found.figure.value) == (2, 300)
    rows = interviews_of(found, "counted", sort="place", start=0, limit=9)
    assert sorted(one.weight.total for one, _ in rows) == [0.5, 0.5, 1]
    halves = [one for one, _ in rows if one.weight.total == 0.5]
    assert words(halves[0]) == "0.5 (the village counts once; reports: 2)"
