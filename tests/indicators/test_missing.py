"""Missing codes: of which questions, and which labels give a hint."""

import pytest

from app.indicators.definitions import MissingCode
from app.indicators.missing import codes_by_question, undeclared


def test_codes_belong_to_a_list_or_to_a_question(definition):
    codes = codes_by_question(
        [
            MissingCode("8", "dont_know", list="phone"),
            MissingCode("9999", "dont_know", question="m_age"),
            MissingCode("0", "refused", question="m_phone"),
        ]
    )
    phone = codes(definition.field("m_phone"))
    assert {code: missing.reason for code, missing in phone.items()} == {
        "8": "dont_know",
        "0": "refused",
    }
    assert list(codes(definition.field("m_age"))) == ["9999"]
    assert codes(definition.field("signal")) == {}
    assert codes(definition.field("word")) == {}


def test_labels_that_sound_missing_are_found(definition):
    assert undeclared(definition, "yndk", {}) == ["8", "9"]
    assert undeclared(definition, "yndk", {"8": None}) == ["9"]
    assert undeclared(definition, "pay", {"8": None}) == []
    assert undeclared(definition, "kind", {}) == []


@pytest.mark.parametrize(("age", "expected"), [("9999", "dont_know"), ("30", "n"), ("", "blank")])
def test_a_number_can_have_a_missing_code(cells, age, expected):
    more = "| | | m_age | 9999 | dont_know |\n"
    cell = cells(f"<m><m_age>{age}</m_age></m>", more, unit="m", numerator="${m_age} >= 18")[""]
    assert getattr(cell, expected) == 1
