"""The hasher that runs outside of tests."""

import pytest
from argon2 import PasswordHasher


@pytest.fixture
def real_hasher():
    return PasswordHasher()
