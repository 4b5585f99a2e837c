"""Machines with a key, and a survey to ask about."""

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.tokens import issue_api_token
from app.db import transaction
from tests import people
from tests.survey import Survey, start_survey


@pytest.fixture
def survey(app) -> Survey:
    """Five registered households in one village of Ia Dom; what is unflagged is approved."""
    return start_survey(policy="approve-unflagged", households=5)


@pytest.fixture
def commune(survey):
    return people.unit(people.IA_DOM)


class Machine:
    """Asks the API with one key."""

    def __init__(self, client: Any, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, address: str, status: int = 200, method: str = "GET", **options: Any) -> Any:
        """The answer's JSON; with another status than expected the test fails."""
        answer = self.open(address, method=method, **options)
        assert answer.status_code == status, answer.text
        return answer.json

    def open(self, address: str, headers: Any = (), **options: Any) -> Any:
        """The answer as it is."""
        all_headers = self.headers | dict(headers)
        return self.client.open(f"/api/v1{address}", headers=all_headers, **options)


@pytest.fixture
def machine(client, survey) -> Callable[..., Machine]:
    """A machine whose account has a role: `machine("auditor", people.GIA_LAI)`."""

    def make(role: str = "province_analyst", place: Any = people.IA_DOM, of: Any = None) -> Machine:
        with transaction():
            user = people.person(role, place, of=of or survey.project)
            return Machine(client, issue_api_token(user, "Sở Khoa học và Công nghệ"))

    return make
