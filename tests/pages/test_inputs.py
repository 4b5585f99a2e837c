"""What a browser sends, made harmless."""

import pytest

from app.pages.inputs import asked, asked_id, chosen, own_address


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "///evil.example", "/\\evil.example", "\\/evil", "http:/evil", "evil",
     "https://evil.example", "/\t/evil.example", "/\x00/evil", "javascript:alert(1)", None, "",
     "/\u2028/evil", " /x", "http:///evil", "/ /x\n"],
)  # fmt: skip
def test_only_addresses_of_ours_are_gone_on_to(address):
    assert own_address(address) == "/"


@pytest.mark.parametrize("address", ["/", "/forms", "/?q=ia%20dom&project=1", "/communes/7?sort=n"])
def test_addresses_of_ours_are(address):
    assert own_address(address) == address


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("007", 7), (" 7 ", 7), ("2147483647", 2147483647), ("2147483648", None),
     ("0", None), ("-7", None), ("7.0", None), ("７", None), ("7_0", None), ("x", None), ("", None),
     ("9" * 5000, None)],
)  # fmt: skip
def test_ids_fit_their_columns(app, text, number):
    with app.test_request_context(query_string={"id": text}):
        assert asked_id("id") == number


def test_texts_hold_nothing_that_the_database_cannot(app):
    with app.test_request_context(query_string={"q": " a\0b" + "x" * 5000}):
        assert asked("q").startswith("abx")
        assert len(asked("q")) == 2000 - 1  # without the space in front
        assert asked("other") == ""


def test_choices_are_among_those_offered(app):
    with app.test_request_context(query_string={"sort": "n"}):
        assert chosen("sort", ("name", "n")) == "n"
        assert chosen("sort", ("name",)) is None
