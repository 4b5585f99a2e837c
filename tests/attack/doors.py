"""Every address of the installation that a reader without interviews can open, and what it says.

Addresses come from the application's own map, questions from its own description, so that a route
that is added is asked as well.
"""

import io
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import product
from urllib.parse import urlencode

import openpyxl
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.access import PUBLIC, SIGNED_IN
from app.accounts.permissions import ROLES
from app.accounts.tokens import issue_api_token
from app.clock import today
from app.counts.tasks import open_tasks
from app.db import driver, transaction
from tests import people
from tests.attack.stage import AGAIN, Lies
from tests.attack.town import Town
from tests.pages.browsing import Browser

MACHINES = ("api.", "api_elsewhere.", "api_odata.")
PHONES = ("openrosa.", "openrosa_by_name.", "openrosa_test.", "openrosa_briefcase.")
OUTSIDERS = sorted(
    role
    for role, rights in ROLES.items()
    if "submission.read" not in rights and "indicator.read" in rights
)
CLOCK = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.+:Z]*|\b\d{1,2}:\d\d(:\d\d)?\b")
WHOLE = "$top=10000"


class Doors:
    """One reader at all of the town's doors, or at those of one part."""

    def __init__(self, app: Flask, town: Town, within: str = "/") -> None:
        self.app, self.town, self.within = app, town, within
        with transaction():
            user = people.users.get_user("outsider")
            self.headers = {"Authorization": f"Bearer {issue_api_token(user, 'Máy')}"}
        self.machine = app.test_client()
        self.browser: FlaskClient = app.test_client()
        Browser(self.browser).sign_in("outsider")
        self.description = self.machine.get("/api/v1/openapi.json").json["paths"]

    def read(self, addresses: Iterable[str]) -> dict[str, str]:
        """What each address answers; instants are left out."""
        with transaction():
            driver().execute("delete from count_tasks")
            open_tasks(self.town.round)
        return {address: self._said(address) for address in addresses}

    def _said(self, address: str) -> str:
        if address.startswith("/api/"):
            answer = self.machine.get(address, headers=self.headers, buffered=True)
        else:
            answer = self.browser.get(address, buffered=True)
        return f"{answer.status_code}\n{CLOCK.sub('…', text_of(answer))}"

    def addresses(self, lies: Mapping[int, Lies], most: int, chance: random.Random) -> list[str]:
        """At most so many questions of each route, chosen by chance where there are more."""
        found: list[str] = []
        values = values_of(self.town, lies)
        for rule in self.rules():
            questions = list(self._questions(rule, values, chance, most))
            # The plain address always; of what may be asked of it, as much as there is room for.
            found += questions[:1]
            found += chance.sample(questions[1:], min(most, len(questions) - 1))
        return sorted(set(found))

    def rules(self) -> list[Rule]:
        """The routes that one of the outsiders may open."""
        rights = {PUBLIC, SIGNED_IN}.union(*(ROLES[role] for role in OUTSIDERS))
        return [
            rule
            for rule in self.app.url_map.iter_rules()
            if "GET" in (rule.methods or ())
            and rule.rule.startswith(self.within)
            and not rule.endpoint.startswith(PHONES)
            and vars(self.app.view_functions[rule.endpoint]).get("access") in rights
        ]

    def _questions(
        self, rule: Rule, values: Mapping[str, Sequence[str]], chance: random.Random, most: int
    ) -> Iterator[str]:
        names = sorted(rule.arguments)
        for name in names:
            assert name in values, f"say in `values_of` what {name} of {rule.rule} may be"
        asked = self._parameters(rule)
        for name in asked:
            assert name in values, f"say in `values_of` what the parameter {name} may be"
        chosen = list(product(*(values[name] for name in names)))
        for given in chosen if len(chosen) <= most else chance.sample(chosen, most):
            with self.app.test_request_context():
                path = self.app.url_map.bind("localhost").build(
                    rule.endpoint, dict(zip(names, given, strict=True))
                )
            yield path
            for _ in range(max(1, most // len(chosen))):
                some = chance.sample(asked, min(len(asked), chance.randint(1, 5)))
                yield f"{path}?{urlencode({name: chance.choice(values[name]) for name in some})}"

    def _parameters(self, rule: Rule) -> list[str]:
        """What may be asked of a route, as the API describes it, or as pages read it."""
        if rule.endpoint.startswith("api_odata."):
            return ["$filter", "$orderby", "$count", "$top"]
        path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)
        described = self.description.get(path, {}).get("get", {}).get("parameters", ())
        if rule.endpoint.startswith(MACHINES):
            return sorted(one["name"] for one in described if one["in"] == "query")
        return sorted(PAGE_PARAMETERS)


# What pages read of an address.
PAGE_PARAMETERS = {
    "round", "release", "by", "value", "village", "boundaries", "format", "groups", "open", "level",
    "sort", "as_of", "since", "other", "on", "q", "villages", "with",
}  # fmt: skip


def values_of(town: Town, lies: Mapping[int, Lies]) -> dict[str, list[str]]:
    """What parameters of addresses and questions may be, in this town."""
    lying = [places for each in lies.values() for places in each]
    villages = sorted({str(unit) for places in lying for unit in places[:-2]})
    communes = sorted({str(places[-2]) for places in lying})
    province = str(people.unit(people.GIA_LAI).id)
    indicators = sorted({code for code, _, _ in town.domains.values()})
    groups = {(by, value) for _, by, value in town.domains.values() if by}
    releases_ = [str(number) for number in lies if number < AGAIN]
    days = ["2026-11-01", today().isoformat(), (today() - timedelta(days=3)).isoformat()]
    return {
        "commune_id": communes, "unit_id": [*villages, *communes, province],
        "province_id": [province], "event_id": [str(town.event or 1)], "code": indicators,
        "round_id": [str(town.round.id), str(town.before.id)],
        "version": releases_, "day": ["2026-11-01"],
        "project_id": [str(town.project.id)], "scorecard": ["CDS"], "criterion": list("ABCDE"),
        "resource": ["Figures", "ReleasedFigures", "Releases", "Indicators", "Figures/$count"],
        "workbook_id": ["1"], "error": ["true", "false"],
        "kind": ["png"], "name": ["site.css"], "_rest": ["x"], "language": ["en", "vi"],
        "round": ["2026-1", "2025-1", str(town.round.id)], "release": releases_,
        "unit": [*villages, *communes, province], "level": ["province", "commune", "village"],
        "indicator": indicators, "by": ["", *sorted({by for by, _ in groups}), "granted"],
        "value": sorted({value for _, value in groups}), "village": villages,
        "boundaries": ["new", "old"], "format": ["json", "csv", "xlsx", "csv-vi"],
        "groups": ["yes"], "open": ["true", "false"], "numbers": ["vi", "en"],
        "sort": ["name", "value", "n", "coverage", "place", "rank", "numerator", "code", "change"],
        "villages": ["n", "coverage"], "as_of": days, "since": ["2026-11-01"],
        "on": days, "q": ["Mook"], "project": [str(town.project.id)],
        "against": ["2025-1", "2026-1"], "other": [*villages, *communes],
        "other_code": [people.PLEIKU],
        "with": [str(town.round.id), str(town.before.id)], "with_unit": [*villages, *communes],
        "with_round": ["2025-1", "2026-1"], "reason": ["counted"], "limit": ["1000"], "next": [""],
        "until": ["2026-11-01"], "below": communes, "parent": communes, "ever": ["true"],
        "$filter": [
            "Level eq 'village'", "Value gt 0.5", "N lt 5", "Suppressed eq 'small'",
            "Numerator eq 1",
        ],
        "$orderby": ["Value desc", "N", "Numerator"], "$count": ["true"], "$top": ["5", "10000"],
    }  # fmt: skip


def text_of(answer: TestResponse) -> str:
    """What an answer says; of a workbook, what its cells say."""
    if "spreadsheetml" not in answer.mimetype:
        return answer.get_data(as_text=True)
    sheets = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets
    return "\n".join(str(cell) for sheet in sheets for row in sheet.values for cell in row)
