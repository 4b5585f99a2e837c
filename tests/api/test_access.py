"""Who gets in at the machines' door, and how refusals are told."""

import re

import pytest

from app.accounts import tokens, users
from app.db import transaction
from tests import people

CONVERTED = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer \x7f", "Bearer " + "x" * 5000,
     "bearer thonso_x y", "Token thonso_x", "Bearer thơ"],
)  # fmt: skip
def test_without_a_key_there_is_nothing(client, app, value):
    headers = {"Authorization": value.encode().decode("latin-1")} if value else {}
    answer = client.get("/api/v1/indicators?unit=1", headers=headers)

    assert answer.status_code == 401
    assert answer.json["code"] == "SignInNeeded"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_of_the_pages_is_no_key(client, app):
    from tests.pages.browsing import browser_of

    browser = browser_of(client)

    assert browser.client.get("/api/v1/indicators?unit=1").status_code == 401


def test_a_key_opens_no_page(machine):
    asking = machine()

    assert asking.client.get("/", headers=asking.headers).status_code == 302


def test_a_key_ends_with_its_account_and_when_it_is_revoked(machine, client, survey):
    with transaction():
        user = people.person("api_client", of=survey.project, username="sở")
        token = tokens.issue_api_token(user, "Sở")
    address, headers = "/api/v1/units?limit=1", {"Authorization": f"Bearer {token}"}
    assert client.get(address, headers=headers).status_code == 200

    with transaction():
        key = tokens.list_api_tokens(users.get_user("sở"))[0]
        tokens.revoke_api_token(users.get_user("sở"), key.id)
    assert client.get(address, headers=headers).status_code == 401


@pytest.mark.parametrize("address", ["/submissions?unit=1", "/submissions/1"])
def test_a_key_without_the_right_is_refused(machine, address):
    assert machine("api_client").ask(address, 403)["code"] == "NotAllowed"


@pytest.mark.parametrize(
    "address",
    ["/indicators?", "/indicators/explain?indicator=FIBRE&", "/submissions?", "/counts?",
     "/scorecards/CDS/scores?", "/scorecards/CDS/card?", "/scorecards/CDS/difference?"],
)  # fmt: skip
def test_a_place_is_named_and_in_one_way(machine, address):
    asking = machine("province_analyst", people.GIA_LAI)
    for way in ("", f"unit=1&code={people.IA_DOM}"):
        assert "unit" in asking.ask(address + way, 422)["details"]["query"]


@pytest.mark.parametrize("address", ["/nix", "/", "", "/indicators/x", "/submissions/x", "/../v1"])
def test_an_address_that_does_not_exist_is_told_in_json(machine, address):
    assert machine().ask(address, 404)["code"] == "NotFound"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_method_that_there_is_not_is_told_in_json(machine, method):
    assert machine().ask("/indicators", 404, method)["code"] == "NotFound"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff", b"{}", b'{"state": 1}', b'{"state": "burnt"}', b"state=approved",
     b'{"state": "approved", "more": 1}', b"[" * 100_000,
     b'{"state": "rejected", "reason": "\\u0000"}'],
)  # fmt: skip
def test_bodies_that_are_no_decision_are_refused(machine, body):
    asking = machine("commune_lead")
    answer = asking.open(
        "/submissions/1", method="PATCH", data=body, content_type="application/json"
    )

    assert answer.status_code in {400, 413, 422}
    assert set(answer.json) == {"code", "message", "details"}


def test_a_fault_is_told_in_json_without_its_cause(machine, monkeypatch, caplog):
    from app.api import units

    def fail(*_, **__):
        raise RuntimeError("a secret of the programme")

    monkeypatch.setattr(units, "find_units", fail)
    problem = machine().ask("/units", 500)

    assert problem["code"] == "Fault"
    assert "secret" not in str(problem)
    assert "a secret of the programme" in caplog.text


def test_the_description_is_open_and_names_every_address(client, app):
    description = client.get("/api/v1/openapi.json").json
    ours = {
        CONVERTED.sub(r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }

    assert description["openapi"] == "3.1.0"
    assert set(description["paths"]) == ours
    assert description["security"] == [{"token": []}]
    parameters = description["paths"]["/api/v1/indicators"]["get"]["parameters"]
    assert {"unit", "code", "on", "level", "round", "indicator", "by"} <= {
        parameter["name"] for parameter in parameters
    }
