"""One person, one name."""

import pytest

from app.accounts.usernames import check_username, fold_username
from app.errors import BadRequest


@pytest.mark.parametrize(
    "typed",
    ["bob", "BOB", " Bob ", "ｂｏｂ", "ＢＯＢ", "b\u200bob", "bob\0", "\ufeffbob", "bo\u00adb"],
)
def test_one_name_however_it_is_typed(typed):
    assert fold_username(typed) == "bob"


@pytest.mark.parametrize("typed", ["Ánh.Nguyễn", "A\u0301nh.Nguyê\u0303n", "ÁNH.NGUYỄN"])
def test_vietnamese_names_fold_too(typed):
    assert check_username(typed) == "ánh.nguyễn"


def test_folding_twice_changes_nothing():
    for name in ("ẞtraße", "ﬁn", "Ǆ", "ΐ", "İstanbul"):
        assert fold_username(fold_username(name)) == fold_username(name)


@pytest.mark.parametrize(
    "name", ["", " ", "b", "a b", "a:b", "a/b", "<b>", "x" * 61, "\0\0\0", "\ud800\ud800"]
)
def test_names_that_no_account_may_have(name):
    with pytest.raises(BadRequest):
        check_username(name)
