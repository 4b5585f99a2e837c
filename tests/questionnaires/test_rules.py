"""What the questionnaires must keep whatever else a later version changes."""

import re

ROSTER = [
    "m_label", "m_sex", "m_yob", "m_src", "m_phone", "m_net3", "m_acc_bank", "m_acc_other",
    "m_pay12", "m_vneid", "m_esign", "m_tr12", "m_cert", "m_ps",
]  # fmt: skip
ANSWERED = ("select_one", "select_multiple", "integer", "text", "date")
OPTIONAL = {
    "landmark", "refuse_reason", "remark", "tr_need", "pay_scam", "a_ftth", "a_vneid", "a_doc",
}  # fmt: skip
PERSON = ["person_key", "person_sex", "person_birth_year"]
NAMES = {
    "xhs_lap_ds_ho": ["org_unit", "household_key"],
    "xhs_ho": ["org_unit", "household_key", "visit_result", "consent", "adults"],
    "xhs_kynang": ["org_unit", "household_key", *PERSON, "visit_result", "consent", "adults"],
    "xhs_dichvu": ["org_unit", "household_key", *PERSON, "visit_result", "consent", "adults"],
    "xhs_thon": ["org_unit"],
}


def survey(workbook):
    rows = workbook.rows("survey")
    return {row.text("name"): row for row in rows if not row.text("type").startswith("end_")}


def test_every_form_records_when_and_by_whom(workbook):
    types = {row.text("type") for row in workbook.rows("survey")}
    assert {"start", "end", "today", "username", "audit"} <= types


def test_settings_name_questions_of_the_form(workbook, code):
    (settings,) = workbook.rows("settings")
    questions = survey(workbook)
    assert settings.text("interview_date") == "today"
    for name in NAMES[code]:
        assert settings.text(name) in questions, name


def test_every_question_is_required_but_for_the_few_that_say_so(workbook):
    for name, row in survey(workbook).items():
        if row.text("type").split()[0].startswith(ANSWERED):
            assert (row.text("required") == "yes") is (name not in OPTIONAL), name


def test_the_roster_asks_every_member_the_short_questions(household):
    inside = [name for name in household if name.startswith("m_")]
    assert [name for name in inside if household[name]["type"] != "calculate"] == ROSTER
    for name in inside:
        assert household[name]["relevant"] == "position(..) <= ${n15}", name


def test_only_a_visit_that_succeeded_opens_consent_and_only_consent_the_interview(workbook, code):
    if code in {"xhs_lap_ds_ho", "xhs_thon"}:
        return
    rows = survey(workbook)
    assert rows["c"].text("relevant") == "${visit_result} = '1'"
    assert rows["main"].text("relevant") == "${consent} = '1'"
    assert "default" not in rows["consent"]


def test_consent_says_that_the_original_is_personal_data(workbook, code):
    if code in {"xhs_lap_ds_ho", "xhs_thon"}:
        return
    text = survey(workbook)["consent_text"]
    assert "dữ liệu cá nhân" in text.text("label::Tiếng Việt (vi)")
    assert "personal data" in text.text("label::English (en)")


def test_who_is_drawn_depends_on_the_seed_of_the_list(household):
    assert household["pick_seed"]["calculation"].endswith("item[code=${hh_id}]/pick_seed")
    assert "int(${pick_seed} * ${n15}) + 1" in household["pick_no"]["calculation"]


def test_personal_answers_are_marked(workbooks):
    marked = {
        code: {row.text("name") for row in book.rows("survey") if row.text("pii")}
        for code, book in workbooks.items()
    }
    assert marked == {
        "xhs_lap_ds_ho": {"username", "head_label", "landmark"},
        "xhs_ho": {"username", "m_label", "pick_label", "gps", "photo", "remark"},
        "xhs_kynang": {"username", "remark"},
        "xhs_dichvu": {"username", "remark"},
        "xhs_thon": {"username", "remark"},
    }


def test_the_ethnic_group_is_not_asked(workbook):
    assert "p_ethnic" not in survey(workbook)
    assert "sensitive" not in {row.text("pii") for row in workbook.rows("survey")}


def test_the_listing_fills_the_household_list(workbooks):
    book = workbooks["xhs_lap_ds_ho"]
    (settings,) = book.rows("settings")
    assert settings.text("registers") == "households"
    assert settings.text("registers_when") == "${dwell_status} = '1'"
    filled = {row.text("registry"): row.text("name") for row in book.rows("survey")}
    filled.pop("")
    assert filled == {
        "number": "hh_no", "label": "head_label", "landmark": "landmark", "size": "hh_size",
        "n15": "n15", "n18": "n18", "poor": "poor",
    }  # fmt: skip


def test_choice_codes_are_not_repeated_in_a_list(workbook):
    codes = [(row.text("list_name"), row.text("name")) for row in workbook.rows("choices")]
    assert len(codes) == len(set(codes))


def test_every_code_in_a_condition_is_a_choice_of_its_question(workbook):
    lists: dict[str, set[str]] = {}
    for row in workbook.rows("choices"):
        lists.setdefault(row.text("list_name"), set()).add(row.text("name"))
    rows = survey(workbook)
    for row in workbook.rows("survey"):
        conditions = row.text("relevant") + " " + row.text("constraint")
        for name, code in re.findall(r"\$\{(\w+)\}(?: =|,) '(\w+)'", conditions):
            kind, _, choices = rows[name].text("type").partition(" ")
            assert kind.startswith("select"), (row.number, name)
            assert code in lists[choices], (row.number, name, code)
