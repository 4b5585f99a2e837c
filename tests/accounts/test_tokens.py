"""Keys to the API: shown once, stored as a hash, ended in four ways."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR
from app.accounts.models import ApiToken
from app.accounts.tokens import (
    find_api_token,
    issue_api_token,
    list_api_tokens,
    revoke_api_token,
)
from app.accounts.users import disable_user, enable_user, set_password
from app.clock import now
from app.db import db
from app.errors import BadRequest, NotFound
from tests.people import person, project

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def dashboard(app):
    return person("api_client", username="dashboard")


def test_a_key_may_do_what_its_account_may_do(dashboard):
    who = find_api_token(issue_api_token(dashboard, "board"))

    assert who.label == f"user:{dashboard.id}"
    assert who.may("indicator.read")
    assert not who.may("submission.read")


def test_only_the_hash_is_kept(dashboard):
    token = issue_api_token(dashboard, "board")
    kept = db.session.scalars(select(ApiToken)).one()

    assert token.startswith("thonso_")
    assert token.encode() not in bytes(kept.token_hash)
    assert len(kept.token_hash) == 32


def test_a_revoked_key_ends_and_its_sisters_do_not(dashboard):
    first, second = issue_api_token(dashboard, "one"), issue_api_token(dashboard, "two")
    keys = list_api_tokens(dashboard)

    revoke_api_token(dashboard, keys[0].id)

    assert find_api_token(first) is None
    assert find_api_token(second) is not None
    assert [key.name for key in list_api_tokens(dashboard)] == ["two"]


def test_a_key_of_somebody_else_is_not_there(dashboard):
    other = person("auditor", username="binh", of=project())
    issue_api_token(other, "theirs")
    (theirs,) = list_api_tokens(other)

    for key in (theirs.id, 0):
        with pytest.raises(NotFound):
            revoke_api_token(dashboard, key)


def test_a_key_may_end_by_itself(dashboard):
    lasting = issue_api_token(dashboard, "lasting", expires_at=now() + timedelta(days=1))
    over = issue_api_token(dashboard, "over", expires_at=now() - timedelta(seconds=1))

    assert find_api_token(lasting) is not None
    assert find_api_token(over) is None


def test_a_disabled_accounts_keys_rest_and_a_new_password_leaves_them(dashboard):
    token = issue_api_token(dashboard, "board")

    set_password(OPERATOR, dashboard, "another good one")
    assert find_api_token(token) is not None
    disable_user(OPERATOR, dashboard)
    assert find_api_token(token) is None
    enable_user(OPERATOR, dashboard)
    assert find_api_token(token) is not None


def test_a_key_has_a_name(dashboard):
    with pytest.raises(BadRequest):
        issue_api_token(dashboard, "  ")


@pytest.mark.parametrize("token", ["", "thonso_", "\0", "x" * 100_000, "\ud800", "đ"])
def test_what_is_no_key_finds_nobody(token):
    assert find_api_token(token) is None
