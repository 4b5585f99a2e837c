"""Views say who may call them, and a slip of the pen is found at once."""

from functools import wraps

import pytest

from app.access import public, requires, signed_in


def test_a_view_says_what_it_requires():
    @requires("submission.read")
    def view():
        return "seen"

    assert view.access == "submission.read"
    assert view() == "seen"


def test_a_view_may_be_public_or_for_everybody_signed_in():
    assert public(lambda: None).access == "public"
    assert signed_in(lambda: None).access == "signed_in"


def test_the_mark_shows_through_a_decorator_further_out():
    @requires("form.manage")
    def view(): ...

    @wraps(view)
    def wrapper(): ...

    assert wrapper.access == "form.manage"


def test_a_capability_that_does_not_exist_is_refused_when_the_view_is_written():
    with pytest.raises(ValueError, match="submision"):
        requires("submision.read")
