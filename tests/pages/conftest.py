"""A survey with some interviews, and people who look at it."""

from collections.abc import Callable

import pytest

from app.db import db
from app.submissions.models import Submission
from tests import people
from tests.pages.browsing import Browser, browser_of
from tests.survey import Survey, start_survey


@pytest.fixture
def survey(app) -> Survey:
    """Five registered households in one village of Ia Dom, nothing sent yet, everything held."""
    return start_survey(policy="hold-all", households=5)


@pytest.fixture
def commune(survey):
    return people.unit(people.IA_DOM)


@pytest.fixture
def signed_in(client, survey) -> Callable[..., Browser]:
    """Signs somebody in at a browser of their own: `signed_in("auditor", people.GIA_LAI)`."""

    def sign_in(role: str | None = "commune_lead", place=people.IA_DOM) -> Browser:
        return browser_of(client.application.test_client(), role, place=place, of=survey.project)

    return sign_in


@pytest.fixture
def sent(survey) -> Callable[..., int]:
    """Sends an interview about the n-th household; its submission's id."""

    def send(number: int = 0, **said) -> int:
        upload = {key: said.pop(key) for key in ("files",) if key in said}
        survey.send(survey.instance(survey.ids[number], **said), **upload)
        newest = db.session.query(Submission.id).order_by(Submission.current_pk.desc())
        return newest.limit(1).scalar()

    return send
