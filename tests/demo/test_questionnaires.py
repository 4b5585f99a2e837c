from datetime import date

import pytest
from lxml import etree

from app.demo.interviews import EDIT, FORMS, HOUSEHOLD, LISTING, SERVICES, SKILLS
from app.demo.people import OCCUPIED
from app.demo.plan import Plan, make_plan
from app.demo.questionnaires import answer
from app.xforms.answers import answer_plan, read_answers

SEED, VILLAGE, CODE, PICK = 2026, "T-7F3K2", "DTV01", "0.371264"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(SEED, 300, date(2026, 11, 22))


def said(interview) -> dict:
    return answer(interview, SEED, VILLAGE, CODE, PICK)


def find(plan, form, turn=1, **wanted):
    return next(
        interview
        for interview in plan.turns[turn]
        if interview.form == form
        and all(getattr(interview, name) == value for name, value in wanted.items())
    )


@pytest.mark.parametrize("form", FORMS)
def test_every_answer_belongs_to_a_question_and_is_of_its_kind(plan, compiled, templates, form):
    definition = compiled[form].definition
    reader = answer_plan(definition)
    for interview in plan.interviews:
        if interview.form != form:
            continue
        xml = templates[form].fill(said(interview), interview.instance_id(SEED))
        found = read_answers(etree.fromstring(xml), reader)
        assert not found.problems, interview
        assert not found.unknown, interview


@pytest.mark.parametrize("form", FORMS)
def test_chosen_codes_are_choices_of_the_form(plan, compiled, form):
    definition = compiled[form].definition
    lists = {field.name: field.list for field in definition.fields if field.list}
    for interview in plan.interviews:
        if interview.form != form:
            continue
        found = said(interview)
        for row in (found, *found.get("m", [])):
            for question, text in row.items():
                codes = definition.choices.get(lists.get(question, ""), None)
                if codes is not None:
                    assert set(text.split()) <= set(codes), (question, text)


@pytest.mark.parametrize("form", FORMS)
def test_a_held_interview_answers_every_question_that_is_always_asked(plan, compiled, form):
    definition = compiled[form].definition
    conditional = {field.name for field in definition.fields if field.relevant_if}
    asked = {
        field.name
        for field in definition.fields
        if field.type.split()[0] in {"integer", "select_one", "select_multiple", "date"}
        and field.name not in conditional
        and field.repeat is None
    }
    held = (i for turn in plan.turns for i in turn if i.form == form and i.is_complete)
    interview = next(i for i in held if i.form != LISTING or i.household.dwelling == OCCUPIED)
    # What lies in a group that is closed for this respondent is not asked either.
    closed = {"s_info", "s_comm", "s_cont", "s_safe", "s_prob", "s_itu", "s_vn"}

    assert asked - closed <= set(said(interview))


def test_a_visit_in_vain_leaves_only_its_result(plan):
    absent = said(find(plan, HOUSEHOLD, result="2"))
    refused = said(find(plan, HOUSEHOLD, result="4"))

    assert absent["visit_result"] == "2"
    assert "consent" not in absent
    assert "n15" not in absent
    assert refused["refuse_reason"]


def test_somebody_who_disagrees_is_asked_nothing_more(plan):
    found = said(find(plan, HOUSEHOLD, result="1", consent="2"))

    assert found["consent"] == "2"
    assert "n15" not in found
    assert found["refuse_reason"]


def test_the_roster_has_as_many_rows_as_members(plan):
    for interview in plan.turns[1]:
        if interview.form != HOUSEHOLD or not interview.is_complete:
            continue
        found = said(interview)
        assert len(interview.household.members) == int(found["n15"])
        assert found["m"] == [{}] if found["n15"] == "0" else len(found["m"]) == int(found["n15"])


def test_the_person_drawn_by_the_household_form_answers_the_person_forms(plan):
    household = next(i for i in plan.turns[1] if i.form == SKILLS and i.is_complete).household
    visit = find(plan, HOUSEHOLD, household=household, result="1")
    drawn = int(said(visit)["pick_no"])
    member = household.members[drawn - 1]

    assert drawn == int(0.371264 * len(household.members)) + 1
    for form in (SKILLS, SERVICES):
        found = said(find(plan, form, household=household))
        assert (found["pick_no"], found["p_yob"]) == (str(drawn), str(member.birth_year))


def test_the_same_interview_is_answered_the_same_way_every_time(plan):
    for interview in plan.interviews[::7]:
        assert said(interview) == said(interview)


def test_a_correction_changes_what_the_figures_look_at(plan):
    edit = find(plan, HOUSEHOLD, turn=2, variant=EDIT)
    original = find(plan, HOUSEHOLD, subject=edit.subject, visit=edit.visit)
    before, after = said(original), said(edit)

    assert before["m"][0]["m_phone"] != after["m"][0]["m_phone"]
    assert ("1" in before.get("net_types", "").split()) != (
        "1" in after.get("net_types", "").split()
    )
    assert before["m"][1:] == after["m"][1:]
    assert before["pay_elec"] == after["pay_elec"]


def test_some_answers_are_missing_and_some_are_given_by_others(plan):
    rows = [
        row
        for interview in plan.turns[1]
        if interview.form == HOUSEHOLD and interview.is_complete
        for row in said(interview)["m"]
        if row
    ]

    assert {row["m_phone"] for row in rows} == {"0", "1", "2", "8"}
    assert {row["m_src"] for row in rows} == {"1", "2"}
    assert {"1", "2", "8"} <= {row["m_acc_bank"] for row in rows}
