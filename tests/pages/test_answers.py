"""Answers in words, in the form's order, whatever the form looks like."""

import pytest

from app.i18n import in_language
from app.pages.answer_texts import answer_text
from app.pages.answers import answer_sheet, changes_between
from app.submissions.models import Interview, InterviewRow
from app.submissions.personal import Personal
from app.submissions.queries import Contents
from app.xforms.definition import Field, FormDefinition

YES_NO = {"1": {"vi": "Có", "en": "Yes"}, "2": {"vi": "Không", "en": "No"}}


def form(*fields, choices=None):
    return FormDefinition(
        xml_form_id="f", version="1", title="F", root="data", fields=fields, choices=choices or {},
        languages=("vi", "en"), default_language="vi", settings={}, media=(),
    )  # fmt: skip


def sheet(definition, answers, rows=(), personal=None):
    contents = Contents(
        Interview(instance_pk=1, answers=answers),
        [InterviewRow(instance_pk=1, repeat=r, position=p, answers=a) for r, p, a in rows],
    )
    return answer_sheet(definition, contents, personal, {})


@pytest.mark.parametrize(
    ("kind", "value", "vi", "en"),
    [
        ("select_one", "1", "Có", "Yes"),
        ("select_one", "7", "7", "7"),
        ("select_multiple", ["1", "2"], "Có, Không", "Yes, No"),
        ("select_multiple", [], "", ""),
        ("integer", 1975, "1975", "1975"),
        ("decimal", 1.5, "1,5", "1.5"),
        ("decimal", 2, "2", "2"),
        ("date", "2026-11-01", "01/11/2026", "1 Nov 2026"),
        ("dateTime", "2026-11-01T23:30:00.000+00:00", "02/11/2026 06:30", "2 Nov 2026 06:30"),
        ("geopoint", [13.7561, 107.5573, 455.0, 9.0], "vĩ độ 13,756, kinh độ 107,557",
         "latitude 13.756, longitude 107.557"),
        ("acknowledge", "OK", "đã xác nhận", "confirmed"),
        ("text", "làng =1+1", "làng =1+1", "làng =1+1"),
        ("time", "08:30:00.000+07:00", "08:30:00.000+07:00", "08:30:00.000+07:00"),
    ],
)  # fmt: skip
def test_values_are_written_as_readers_write_them(kind, value, vi, en):
    with in_language("vi"):
        assert answer_text(kind, value, YES_NO, {}) == vi
    with in_language("en"):
        assert answer_text(kind, value, YES_NO, {}) == en


@pytest.mark.parametrize(
    ("kind", "value"),
    [("date", "hôm qua"), ("date", "2026-02-30"), ("dateTime", "x"), ("geopoint", "13 107"),
     ("geopoint", []), ("geopoint", [1]), ("decimal", "nhiều"), ("integer", "x"), ("date", 5)],
)  # fmt: skip
def test_an_answer_that_could_not_be_read_is_shown_as_it_came(kind, value):
    assert answer_text(kind, value, {}, {}) == str(value)


def test_headings_come_back_after_a_group_inside():
    definition = form(
        Field("a", "a", "group", labels={"vi": "Nhóm A"}),
        Field("q1", "a/q1", "text", labels={"vi": "Câu 1"}),
        Field("b", "a/b", "group", labels={"vi": "Nhóm B"}),
        Field("q2", "a/b/q2", "text", labels={"vi": "Câu 2"}),
        Field("bare", "a/bare", "group"),
        Field("q3", "a/bare/q3", "text", labels={"vi": "Câu 3"}),
        Field("q4", "q4", "text", labels={"vi": "Câu 4"}),
    )
    found = sheet(definition, {"q1": "1", "q2": "2", "q3": "3", "q4": "4"})

    assert [(s.title, [line.label for line in s.lines]) for s in found.sections] == [
        ("Nhóm A", ["Câu 1"]), ("Nhóm B", ["Câu 2"]), ("Nhóm A", ["Câu 3"]), ("", ["Câu 4"])
    ]  # fmt: skip


def test_questions_of_the_same_name_keep_their_own_answers():
    definition = form(
        Field("a", "a", "group", labels={"vi": "A"}),
        Field("q", "a/q", "text", labels={"vi": "Câu"}),
        Field("b", "b", "group", labels={"vi": "B"}),
        Field("q", "b/q", "text", labels={"vi": "Câu"}),
    )
    found = sheet(definition, {"a/q": "một", "b/q": "hai"})

    assert [line.texts for section in found.sections for line in section.lines] == [
        ["một"],
        ["hai"],
    ]


ROSTER = form(
    Field("g", "g", "group"),
    Field("m", "g/m", "repeat", labels={"vi": "Thành viên"}),
    Field("name", "g/m/name", "text", repeat="g/m", labels={"vi": "Tên"}, pii="personal"),
    Field("age", "g/m/age", "integer", repeat="g/m", labels={"vi": "Tuổi"}),
    Field("d", "g/m/d", "repeat", repeat="g/m", labels={"vi": "Thiết bị"}),
    Field("kind", "g/m/d/kind", "text", repeat="g/m/d", labels={"vi": "Loại"}),
)
ROWS = [("g/m", "1", {"age": 40}), ("g/m", "2", {}), ("g/m/d", "1.1", {"kind": "máy"})]


def test_rows_of_repeats_stand_side_by_side():
    members, devices = sheet(ROSTER, {}, ROWS).sections

    assert (members.title, members.columns) == ("Thành viên", ["1", "2"])
    assert [line.texts for line in members.lines] == [[None, None], ["40", None]]
    assert (devices.columns, devices.lines[0].texts) == (["1.1"], ["máy"])


def test_personal_answers_are_there_only_when_they_are_given():
    personal = Personal(rows={("g/m", "2"): {"name": "Lan"}})
    without, with_names = sheet(ROSTER, {}, ROWS), sheet(ROSTER, {}, ROWS, personal)

    assert without.sections[0].lines[0].texts == [None, None]
    assert without.sections[0].lines[0].is_personal
    assert with_names.sections[0].lines[0].texts == [None, "Lan"]
    assert without.unanswered == []  # hidden is not unanswered


def test_notes_ask_nothing_and_calculations_stand_apart():
    definition = form(
        Field("n", "n", "note", labels={"vi": "Xin chào"}),
        Field("c", "c", "calculate", calculation="1+1"),
        Field("q", "q", "text", labels={"vi": "Câu"}),
    )
    found = sheet(definition, {"c": "2"})

    assert found.unanswered == ["Câu"]
    assert [(line.label, line.texts) for line in found.technical] == [("c", ["2"])]


def test_changes_name_question_row_before_and_after():
    after = [("g/m", "1", {"age": 41}), ("g/m", "2", {}), ("g/m", "3", {"age": 5})]
    found = changes_between(sheet(ROSTER, {}, ROWS), sheet(ROSTER, {}, after))

    assert [(c.label, c.row, c.before, c.after) for c in found] == [
        ("Tuổi", "1", "40", "41"), ("Tuổi", "3", None, "5"), ("Loại", "1.1", "máy", None)
    ]  # fmt: skip


def test_the_same_answers_are_no_change():
    assert changes_between(sheet(ROSTER, {}, ROWS), sheet(ROSTER, {}, ROWS)) == []
