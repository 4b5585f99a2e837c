"""What is behind a figure: every interview of the form in the round has its reason."""

from datetime import date

import pytest
from flask import Flask

from app import daily, pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.errors import NotFound
from app.forms.source import FormSource
from app.indicators.behind import REASONS, SORTS
from app.indicators.explain import Explanation, explain, interviews_of
from app.rounds.models import Round
from app.samples.design import Design
from app.samples.queries import get_sample, households_of
from app.submissions.models import Submission
from tests import people, releasing
from tests.survey import HOUSEHOLD_FORM, Survey, new_id, person_form, person_xml, start_survey


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey()


def ask(survey: Survey, code: str = "FIBRE", actor=OPERATOR, unit=None, **more) -> Explanation:
    unit = unit or survey.village
    return explain(actor, round_=survey.round, unit=unit, indicator=code, **more)


def reasons(explanation: Explanation) -> dict[str, int]:
    assert explanation.tally is not None
    return explanation.tally.reasons


def newest() -> int:
    return db.session.query(Submission.id).order_by(Submission.id.desc()).limit(1).scalar()


def decide(survey: Survey, submission_id: int, state: str) -> None:
    with transaction():
        reviewer = people.actor("commune_reviewer", of=survey.project)
        pipeline.decide(submission_id, state, "why", reviewer)
    pipeline.settle()


def test_each_interview_counts_or_has_its_reason(survey):
    survey.send(survey.instance(survey.ids[0], fibre="1"))
    survey.send(survey.instance(survey.ids[0], fibre="0"))
    decide(survey, newest(), "approved")  # the same household once more
    survey.send(survey.instance(survey.ids[1], fibre="8"))
    survey.send(survey.instance(survey.ids[2], visit="4"))
    survey.send(survey.instance(survey.ids[3], visit="5"))
    survey.send(survey.instance(survey.ids[4]))
    decide(survey, newest(), "rejected")
    survey.send(survey.instance(survey.ids[5]))
    decide(survey, newest(), "received")
    found = ask(survey)
    assert reasons(found) == {
        "counted": 1,
        "missing": 1,
        "refused": 1,
        "ineligible": 1,
        "held": 1,
        "rejected": 1,
        "duplicate": 1,
    }
    assert found.figure.n == 1
    assert found.tally.versions == {"1": 2}


def test_the_list_has_the_answers_and_adds_up_to_the_figure(survey):
    survey.send(survey.instance(survey.ids[1], members=[(40, "2"), (30, "1"), (17, "2")]))
    survey.send(survey.instance(survey.ids[0], members=[(50, "8")]))
    found = ask(survey, "PHONE")
    listed = interviews_of(found, None, sort="place", start=0, limit=10)
    assert [(one.household, one.reason, one.n, one.y, one.dont_know) for one, _ in listed] == [
        (survey.ids[0], "missing", 0, 0, 1),
        (survey.ids[1], "counted", 2, 1, 0),
    ]
    assert [answers for _, answers in listed] == [
        {"m_age": [50], "m_phone": ["8"]},
        {"m_age": [40, 30, 17], "m_phone": ["2", "1", "2"]},
    ]
    counted = [one for one, _ in listed if one.reason == "counted"]
    factor = found.figure.base.expected / found.figure.base.n
    assert found.figure.numerator == sum(one.y for one in counted) * factor
    assert "Người" not in str(listed)  # the name is personal


def test_nobody_is_missing_from_a_place_nor_there_twice(survey):
    other = survey.add_village("Mook Trang")
    codes = survey.register(3, other)
    for household in survey.ids[:3]:
        survey.send(survey.instance(household))
    for household in codes:
        survey.send(survey.instance(household, fibre="0", village=str(other.public_id)))
    commune = ask(survey, unit=people.unit(people.IA_DOM))
    assert reasons(commune) == {"counted": 6}
    assert {part.unit_name: part.value for part in commune.parts} == {
        "Mook Trang": 0.0,
        survey.village.name: 1.0,
    }
    for sort in SORTS:
        pages = [interviews_of(commune, None, sort=sort, start=n, limit=2) for n in (0, 2, 4, 6)]
        ids = [one.submission_id for page in pages for one, _ in page]
        assert len(ids) == len(set(ids)) == 6, sort
    assert reasons(ask(survey, unit=other)) == {"counted": 3}


def test_who_is_outside_or_in_another_group_is_told_apart(survey):
    text = (
        HOUSEHOLD_FORM.replace("{version}", "2")
        .replace("| | PHONE | 1 ", "| | PHONE | 2 ")
        .replace(
            "eligible       | numerator          |", "eligible       | numerator          | by |"
        )
    )
    text = text.replace("${fibre} = '1'     |", "${fibre} = '1'     | |")
    text = text.replace("${m_phone} = '2'   |", "${m_phone} = '2'   | kind |")
    text += "| breakdowns |\n| | name | expression | label |\n| | kind | ${m_phone} | Kind |\n"
    programme.publish(survey.project.id, FormSource("ho.md", text.encode()), OPERATOR)
    survey.send(survey.instance(survey.ids[0], members=[(40, "2")], version="2"))
    survey.send(survey.instance(survey.ids[1], members=[(40, "1")], version="2"))
    survey.send(survey.instance(survey.ids[2], members=[(15, "2")], version="2"))
    assert reasons(ask(survey, "PHONE")) == {"counted": 2, "outside": 1}
    group = ask(survey, "PHONE", by="kind", value="2")
    assert reasons(group) == {"counted": 1, "outside": 1, "other_group": 1}
    with pytest.raises(NotFound):
        ask(survey, "PHONE", by="kind", value="7")


def test_an_adult_waits_for_the_household_that_gives_the_weight(survey):
    programme.publish(survey.project.id, person_form(), OPERATOR)
    survey.send(person_xml(survey, survey.ids[0]))
    assert reasons(ask(survey, "NET")) == {"no_household": 1}
    survey.send(survey.instance(survey.ids[0], members=[(40, "2"), (41, "1"), (20, "2")]))
    found = ask(survey, "NET")
    ((one, answers),) = interviews_of(found, "counted", sort="place", start=0, limit=10)
    assert (one.adults, one.y, one.x, answers) == (3, 1, 1, {"net": ["1"]})


def test_what_is_late_or_too_old_says_so(survey):
    survey.send(survey.instance(survey.ids[0], day=date(2026, 2, 1)))
    with transaction():
        db.session.merge(survey.round).valid_for = 1
    daily.expire()
    pipeline.settle()
    assert reasons(ask(survey)) == {"expired": 1}
    with transaction():
        opened = db.session.get(Round, survey.round.id)
        opened.valid_for, opened.frozen_on = None, date(2026, 1, 2)
    survey.send(survey.instance(survey.ids[1]))
    decide(survey, newest(), "approved")
    assert reasons(ask(survey)) == {"late": 2}


def test_an_edit_that_waits_leaves_the_approved_answers_behind_the_figure(survey):
    first = new_id()
    survey.send(survey.instance(survey.ids[0], fibre="1", instance_id=first))
    with transaction():
        db.session.merge(survey.round).review_policy = "hold-all"
    survey.send(survey.instance(survey.ids[0], fibre="0", deprecated_id=first))
    found = ask(survey)
    ((one, answers),) = interviews_of(found, None, sort="place", start=0, limit=10)
    assert (one.reason, answers) == ("counted", {"fibre": ["1"]})


def test_outsiders_get_what_was_given_out_and_no_interviews(survey):
    for number, household in enumerate(survey.ids):
        survey.send(survey.instance(household, fibre=str(number % 2)))
    with transaction():
        outsider = people.actor("api_client", of=survey.project)
    hidden = ask(survey, actor=outsider)
    assert (hidden.figure.suppressed, hidden.tally, hidden.question) == ("not_released", None, None)
    with transaction():
        releasing.release(survey.round, OPERATOR)
    shown = ask(survey, actor=outsider)
    assert (shown.figure.value, shown.tally) == (0.5, None)
    assert interviews_of(shown, None, sort="place", start=0, limit=10) == []
    assert shown.wording.numerator


def test_whoever_was_not_drawn_is_told_apart(survey):
    with transaction():
        found = db.session.merge(survey.round)
        programme.draw_sample(found, Design("simple", 4), "hạt", actor=OPERATOR)
    pipeline.settle()
    sample = get_sample(survey.round.id)
    drawn = {one.household for one in households_of(sample) if one.role == "drawn"}
    assert len(drawn) == 4
    for household in survey.ids[:6]:
        survey.send(survey.instance(household))
    among = len(drawn & set(survey.ids[:6]))
    assert reasons(ask(survey)) == {"counted": among, "not_drawn": 6 - among}


def test_above_communes_the_next_places_are_told_and_no_interviews(survey):
    survey.send(survey.instance(survey.ids[0]))
    found = ask(survey, unit=people.unit(people.GIA_LAI))
    assert found.tally is None
    assert len(found.parts) == 135
    assert set(REASONS) >= {"counted", "missing"}


def spread_out(survey):
    """Two villages of Ia Dom, unequally far, and one of another commune; with and without nets."""
    other = survey.add_village("Mook Trang")
    with transaction():
        far = people.village("Plei Bạc", people.PLEIKU)
    for household in survey.ids[:4]:
        survey.send(survey.instance(household, fibre="1", members=[(40, "2"), (17, "1")]))
    for household, fibre in zip(survey.register(3, other), "018", strict=True):
        village = str(other.public_id)
        survey.send(survey.instance(household, fibre=fibre, village=village))
    for household in survey.register(5, far)[:2]:
        village = str(far.public_id)
        survey.send(
            survey.instance(household, fibre="0", village=village, members=[(30, "1"), (50, "2")])
        )
    return other, far


@pytest.mark.parametrize("code", ["FIBRE", "PHONE"])
def test_at_every_level_the_parts_add_up_to_the_figure(survey, code):
    spread_out(survey)
    province = ask(survey, code, unit=people.unit(people.GIA_LAI))
    villages = ask(survey, code, unit=people.unit(people.GIA_LAI), level="village")
    commune = ask(survey, code, unit=people.unit(people.IA_DOM))
    assert {part.level for part in province.parts} == {"commune"}
    assert {part.level for part in villages.parts} == {"village"}
    for whole in (province, villages, commune):
        for name in ("numerator", "denominator", "n"):
            total = sum(getattr(part, name) or 0 for part in whole.parts)
            assert total == pytest.approx(getattr(whole.figure, name))
    for part in commune.parts:
        unit = db.session.get_one(type(survey.village), part.unit_id)
        found = ask(survey, code, unit=unit)
        listed = interviews_of(found, "counted", sort="place", start=0, limit=100)
        for side, total in enumerate((part.numerator, part.denominator)):
            assert sum(one.adds[side] for one, _ in listed) == pytest.approx(total)
