"""An indicator that joins two forms, as its author writes it, and as it is refused."""

import pytest

from app.indicators.breakage import check_workbook
from app.indicators.partners import PairEvaluator, Partners, cannot_join
from app.indicators.sheet import read_indicators
from app.xforms.compile import compile_xlsform
from app.xforms.instance import parse_instance
from tests.joined_forms import INDICATORS, SAFETY, USE


def form(text, version="1"):
    return compile_xlsform(text.replace("{version}", version).encode(), ".md", default_form_id="")


USE_FORM, SAFETY_FORM = form(USE), form(SAFETY)
OTHERS = Partners({"antoan": SAFETY_FORM.definition}, are_all=True)


def findings(*changes, partners=OTHERS):
    text = USE + INDICATORS
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    book = form(text)
    return [str(found) for found in check_workbook(book.workbook, book.definition, [], partners)]


def test_a_sheet_that_joins_two_forms_and_its_cases_hold():
    assert findings() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("| antoan |", "| nowhere |"), "indicators!E2: There is no published form nowhere to"),
        (
            ("antoan#locked} =", "antoan#lock} ="),
            "indicators!G2: There is no question antoan#lock; is antoan#locked",
        ),
        (
            ("#locked} = '1'", "#locked} = '3'"),
            "indicators!G2: '3' is not in the choices of ${antoan#locked}",
        ),
        (
            ("#locked} = '1'", "#locked} > 1 "),
            "indicators!G2: ${antoan#locked} is a choice, and choices have no order",
        ),
        (("${antoan#locked}", "${dung#net}"), "indicators!G2: There is no question dung#net"),
        (("| antoan#yndk |", "| antoan#nope |"), "missing!A3: There is no choice list antoan#nope"),
        (("| antoan#yndk |", "| other#yndk |"), "missing!A3: No indicator joins the form other."),
        (("antoan#phone=2", "antoan#phone=3"), "3 is not in the choices of antoan#phone"),
        (
            ("antoan#phone=2 ", "antoan#phoned=2 "),
            "indicator_tests!B4: There is no question antoan#phoned",
        ),
        (("antoan#locked=2 | 1", "antoan#locked=2 | 0"), "0 is expected, and 1 is found"),
    ],
)
def test_what_is_wrong_is_told_with_its_cell(change, said):
    assert any(said in found for found in findings(change)), findings(change)


def test_without_the_other_form_at_hand_the_check_says_so_and_does_not_refuse():
    [found] = findings(partners=Partners())
    assert "indicators!E2" in found
    assert "Check both workbooks together" in found


def test_a_question_of_the_other_form_needs_the_join():
    found = findings(
        ("| | SAFE | 1       | Safe  | person | antoan |", "| | SAFE | 1 | Safe | person | |")
    )
    assert any("There is no question antoan#locked" in one for one in found)


@pytest.mark.parametrize(
    ("own", "partner", "why"),
    [
        (USE, USE, "to another one"),
        (USE, SAFETY.replace("| person_sex |", "| nothing |"), "person_birth_year"),
        (USE, SAFETY.replace("| hh_id         | pick_no    |", "|  |  |"), "not about the same"),
        (
            SAFETY.replace("| hh_id         | pick_no    |", "| hh_id  |  |"),
            USE,
            "not about the same",
        ),
    ],
)
def test_forms_that_are_not_about_the_same_person_are_not_joined(own, partner, why):
    own = own.replace("{version}", "1")
    assert why in str(cannot_join(form(own).definition, form(partner).definition))


def test_a_person_and_the_household_can_be_joined_without_sex_and_year():
    home = SAFETY.replace("| pick_no    | p_sex      | p_yob             |", "| | | |")
    assert cannot_join(USE_FORM.definition, form(home).definition) is None


def test_another_version_of_the_other_form_must_keep_what_is_asked_of_it():
    said = read_indicators(form(USE + INDICATORS).workbook).indicators
    joining = tuple((item, USE_FORM.definition) for item in said if item.join)
    without = form(SAFETY.replace("locked ", "closed "), "2")
    [found] = check_workbook(
        without.workbook, without.definition, [], Partners(joining=joining, are_all=True)
    )
    assert "SAFE of the form dung joins this one" in found.text
    assert "there is no question antoan#locked" in found.text
    same = form(SAFETY, "2")
    kept = Partners(joining=joining, are_all=True)
    assert check_workbook(same.workbook, same.definition, [], kept) == []


def interview(form_id, said, born="1980", sex="2", pick="1", namespace=""):
    who = f"<pick_no>{pick}</pick_no><p_sex>{sex}</p_sex><p_yob>{born}</p_yob>"
    return parse_instance(f'<data id="{form_id}"{namespace}>{who}{said}</data>'.encode()).root


def heard(own, other):
    sheet = read_indicators(form(USE + INDICATORS).workbook)
    safe = [item for item in sheet.indicators if item.join]
    evaluator = PairEvaluator(safe, USE_FORM.definition, SAFETY_FORM.definition)
    return evaluator.evaluate(own, other, interview_date="2026-11-01")


@pytest.mark.parametrize(
    "other",
    [{"born": "1981"}, {"sex": "1"}, {"pick": "2"}, {"born": ""}, {"sex": ""}],
)
def test_interviews_that_disagree_about_the_person_say_nothing(other):
    own = interview("dung", "<net>1</net><net_last>1</net_last>")
    assert heard(own, interview("antoan", "<phone>1</phone><locked>1</locked>", **other)) is None


def test_two_blanks_are_not_the_same_person():
    own = interview("dung", "<net>1</net><net_last>1</net_last>", born="")
    assert heard(own, interview("antoan", "<phone>2</phone>", born="")) is None


def test_both_forms_are_read_whatever_their_namespaces_and_stay_as_they_are():
    own = interview("dung", "<net>1</net><net_last>1</net_last>", namespace=' xmlns="http://a"')
    other = interview("antoan", "<phone>2</phone>")
    before = len(own), len(other)
    for _ in range(2):
        whole, by_sex = heard(own, other)
        # Not asked, since there is no phone: the condition of the other form is understood.
        assert (whole.n, whole.y, whole.irrelevant) == (1, 0, 0)
        assert (by_sex.breakdown, by_sex.value) == ("sex", "2")
    assert (len(own), len(other)) == before
