"""Everything a surveyor reads is there in Vietnamese and in English."""

import unicodedata
from itertools import chain

VI, EN = "::Tiếng Việt (vi)", "::English (en)"
UNSEEN = {
    "start", "end", "today", "username", "audit", "calculate", "csv-external",
    "end_group", "end_repeat",
}  # fmt: skip


def test_every_question_has_both_labels(workbook):
    for row in workbook.rows("survey"):
        if row.text("type") not in UNSEEN:
            assert row.text("label" + VI), row.number
            assert row.text("label" + EN), row.number


def test_every_choice_has_both_labels(workbook):
    for row in workbook.rows("choices"):
        assert row.text("label" + VI), row.number
        assert row.text("label" + EN), row.number


def test_a_hint_or_message_in_one_language_is_there_in_the_other(workbook):
    for row in workbook.rows("survey"):
        for text in ("hint", "constraint_message", "required_message"):
            assert bool(row.text(text + VI)) == bool(row.text(text + EN)), (row.number, text)


def test_a_refused_answer_says_why(workbook):
    for row in workbook.rows("survey"):
        assert bool(row.text("constraint")) == bool(row.text("constraint_message" + VI)), row.number
        assert bool(row.text("required")) == bool(row.text("required_message" + VI)), row.number


def test_both_languages_fill_in_the_same_answers(workbook):
    for row in workbook.rows("survey"):
        vietnamese, english = (set(row.text("label" + text).split("${")[1:]) for text in (VI, EN))
        names = [{part.split("}")[0] for part in parts} for parts in (vietnamese, english)]
        assert names[0] == names[1], row.number


def test_vietnamese_is_the_default_and_spelt_in_composed_letters(workbook):
    assert workbook.rows("settings")[0].text("default_language") == "Tiếng Việt (vi)"
    for row in chain.from_iterable(sheet.rows for sheet in workbook.sheets.values()):
        for cell in row.values():
            assert unicodedata.is_normalized("NFC", cell.text), cell.place
