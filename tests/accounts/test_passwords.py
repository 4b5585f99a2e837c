"""Page passwords: what they must be, and that they are found again however they are typed."""

import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters

from app.accounts import passwords
from app.accounts.passwords import check_password, generate_password, hash_password, matches
from app.errors import BadRequest


@pytest.mark.parametrize(
    "password",
    ["", "short", "a" * 20, "ababababababab", "an.binh123", "x" * 501, "an.binhAN.BINH12"],
)
def test_easy_passwords_are_refused(password):
    with pytest.raises(BadRequest):
        check_password(password, "an.binh")


@pytest.mark.parametrize("password", ["lúa chín vàng", "correct horse", "2f7k-9qmw-3vxz"])
def test_good_passwords_are_taken(password):
    check_password(password, "an")


def test_a_password_is_the_same_composed_and_decomposed():
    stored = hash_password(unicodedata.normalize("NFC", "lúa chín vàng"))

    assert matches(stored, unicodedata.normalize("NFD", "lúa chín vàng"))
    assert not matches(stored, "lua chin vang")
    assert not matches(stored, "Lúa chín vàng")


@pytest.mark.parametrize("strange", ["", "\0", "x" * 1_000_000])
def test_strange_passwords_do_not_match_and_do_not_break(strange):
    assert not matches(hash_password("lúa chín vàng"), strange)


def test_a_hash_made_with_weaker_parameters_is_outdated(monkeypatch):
    stored = hash_password("lúa chín vàng")
    assert not passwords.is_outdated(stored)

    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16))

    assert passwords.is_outdated(stored)
    assert matches(stored, "lúa chín vàng")


def test_real_hashes_are_argon2id_of_at_least_46_mebibytes(real_hasher):
    parameters = extract_parameters(real_hasher.hash("lúa chín vàng"))

    assert parameters.type.name == "ID"
    assert parameters.memory_cost * parameters.time_cost >= 46 * 1024


def test_generated_passwords_are_good_and_never_the_same():
    drawn = {generate_password() for _ in range(100)}

    assert len(drawn) == 100
    for password in drawn:
        check_password(password, "an.binh")
        assert not set(password) & set("01ilo")
