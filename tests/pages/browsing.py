"""A person at a browser: signs in, reads pages, fills in forms."""

import re
from typing import Any

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.db import transaction
from tests import people


class Browser:
    """A browser without scripts; forms are posted as the page shows them."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, address: str, status: int = 200) -> "Page":
        page = Page(self.client.get(address, buffered=True))
        assert page.status == status, page.text
        return page

    def post(self, page: "Page", address: str, status: int = 303, **fields: Any) -> "Page":
        """Posts the page's form with this address, its hidden fields included."""
        form = next(f for f in page.tree.iter("form") if f.get("action") == address)
        hidden = {i.get("name"): i.get("value") for i in form.xpath(".//input[@type='hidden']")}
        sent = Page(self.client.post(address, data=hidden | fields))
        assert sent.status == status, sent.text
        return sent

    def sign_in(self, username: str, password: str = people.PASSWORD, **options: Any) -> "Page":
        page = self.get("/sign-in")
        return self.post(page, "/sign-in", username=username, password=password, **options)


class Page:
    """What came back."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.text
        self.leads_to = response.headers.get("Location")

    @property
    def tree(self) -> Any:
        return html.fromstring(self.html)

    @property
    def text(self) -> str:
        """What a person reads, in one line."""
        for silent in (tree := self.tree).xpath("//head"):
            silent.getparent().remove(silent)
        return re.sub(r"\s+", " ", tree.text_content())

    def rows(self) -> list[list[str]]:
        """The cells of every table row."""
        return [
            [re.sub(r"\s+", " ", cell.text_content()).strip() for cell in row]
            for row in self.tree.xpath("//tr")
        ]

    def links(self) -> list[str]:
        return [link.get("href") for link in self.tree.iter("a")]


def browser_of(client: FlaskClient, role: str | None = "commune_reviewer", **who: Any) -> Browser:
    """Somebody with a role, signed in."""
    with transaction():
        user: User = people.person(role, **who)
        name = user.username
    browser = Browser(client)
    browser.sign_in(name)
    return browser
