"""Password hashes that cost little, so that tests may make many."""

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords


@pytest.fixture
def real_hasher():
    return PasswordHasher()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
