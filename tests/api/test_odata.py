"""The OData feed, as Excel and Power BI ask it."""

import base64
from datetime import date

import pytest
from lxml import etree

from app.accounts.actors import OPERATOR
from app.accounts.tokens import issue_api_token
from app.db import transaction
from app.indicators import releases
from app.indicators.disclosure import Rule
from tests import people, releasing

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
# What Power Query sends (Excel 365 and Power BI Desktop).
POWER_QUERY = {
    "Accept": "application/json;odata.metadata=minimal;q=1.0,application/json;"
    "odata=minimalmetadata;q=0.9,application/atomsvc+xml;q=0.8,application/xml;q=0.7",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
    "MaxDataServiceVersion": "3.0",
}


class Spreadsheet:
    """Signs in with a name and a key as password, as spreadsheets do."""

    def __init__(self, client, token):
        self.client = client
        said = base64.b64encode(f"sở-tt:{token}".encode()).decode()
        self.headers = POWER_QUERY | {"Authorization": f"Basic {said}"}

    def open(self, address, **headers):
        where = address.removeprefix("http://localhost/api/v1/odata")
        return self.client.get(f"/api/v1/odata{where}", headers=self.headers | headers)

    def ask(self, address, status=200):
        answer = self.open(address)
        assert answer.status_code == status, answer.text
        return answer.json

    def all(self, address):
        """Every page's rows."""
        rows, following = [], address
        while following:
            said = self.ask(following)
            rows += said["value"]
            following = said.get("@odata.nextLink")
        return rows


@pytest.fixture
def spreadsheet(client, survey):
    def make(role="province_analyst", place=people.GIA_LAI):
        with transaction():
            user = people.person(role, place, of=survey.project)
            return Spreadsheet(client, issue_api_token(user, "Excel"))

    return make


@pytest.fixture
def counted(survey):
    """Three interviews that say yes and one that says no."""
    for household, fibre in zip(survey.ids, "1110", strict=False):
        survey.send(survey.instance(household, fibre=fibre))
    return survey


def test_the_feed_says_what_it_has(spreadsheet):
    sheet = spreadsheet()
    service = sheet.open("/")

    assert service.headers["OData-Version"] == "4.0"
    assert service.content_type.startswith("application/json;odata.metadata=minimal")
    assert service.json["@odata.context"] == "http://localhost/api/v1/odata/$metadata"
    assert [one["url"] for one in service.json["value"]] == [
        "Figures", "ReleasedFigures", "Indicators", "Places", "Rounds", "Releases",
    ]  # fmt: skip
    assert sheet.open("").status_code == 200

    described = sheet.open("/$metadata")
    assert described.content_type.startswith("application/xml")
    tree = etree.fromstring(described.data)
    types = {one.get("Name"): one for one in tree.iter(f"{EDM}EntityType")}
    for one in tree.iter(f"{EDM}EntitySet"):
        kind = types[one.get("EntityType").removeprefix("ThonSo.")]
        fields = {field.get("Name"): field for field in kind.iter(f"{EDM}Property")}
        keys = [key.get("Name") for key in kind.iter(f"{EDM}PropertyRef")]
        assert keys
        assert {fields[key].get("Nullable") for key in keys} == {"false"}
        for row in sheet.ask(f"/{one.get('Name')}?$top=3")["value"]:
            assert list(row) == list(fields)


def test_figures_are_those_of_the_api(spreadsheet, counted, machine, commune):
    sheet = spreadsheet()
    (row,) = sheet.ask(
        f"/Figures?$filter=UnitId eq {commune.id} and Indicator eq 'FIBRE' and By eq ''"
    )["value"]
    (item,) = machine().ask(f"/indicators?unit={commune.id}&indicator=FIBRE")["items"]

    assert (row["Value"], row["Numerator"], row["N"]) == (
        item["value"],
        item["numerator"],
        item["n"],
    )
    assert [row["CiLow"], row["CiHigh"]] == item["ci"]
    assert (row["UnitCode"], row["Level"], row["Round"]) == (people.IA_DOM, "commune", "2026-1")
    assert (row["Release"], row["Suppressed"], row["Status"]) == (None, None, "provisional")


def test_rows_are_chosen_sorted_counted_and_cut(spreadsheet, counted):
    sheet = spreadsheet()
    everything = sheet.all("/Figures")
    levels = {row["Level"] for row in everything}
    assert levels == {"province", "commune", "village"}

    asked = "/Figures?$filter=N gt 0 and not (Level eq 'village')&$orderby=Level desc,Indicator"
    found = sheet.ask(f"{asked}&$select=Level,Indicator,Value&$count=true")
    assert [(row["Level"], row["Indicator"]) for row in found["value"]] == [
        ("province", "FIBRE"), ("province", "PHONE"), ("commune", "FIBRE"), ("commune", "PHONE"),
    ]  # fmt: skip
    assert found["@odata.count"] == 4
    assert found["@odata.context"].endswith("$metadata#Figures(Level,Indicator,Value)")
    assert list(found["value"][0]) == ["Level", "Indicator", "Value"]
    assert sheet.ask(f"{asked}&$skip=1&$top=2")["value"][0]["Indicator"] == "PHONE"
    assert sheet.ask(f"{asked}&$top=0")["value"] == []
    assert sheet.open("/Figures/$count?$filter=N gt 0").text == "6"
    few = sheet.ask("/Figures?$filter=UnitName in ('Ia Dom','x') or startswith(UnitName,'Mook')")
    assert {row["UnitName"] for row in few["value"]} == {"Ia Dom", "Mook Đen"}


def test_pages_follow_one_another_without_gaps(spreadsheet, counted):
    sheet = spreadsheet()
    everything = sheet.all("/Figures")
    assert len(everything) == 2 * (1 + 135 + 1)
    small = {"Prefer": "odata.maxpagesize=40"}
    for question in ("", "?$skip=3", "?$orderby=Indicator,UnitId desc", "?$top=100&$skip=90"):
        rows, following, pages = [], f"/Figures{question}", 0
        while following:
            answer = sheet.open(following, **small)
            assert answer.headers["Preference-Applied"] == "odata.maxpagesize=40"
            assert len(answer.json["value"]) <= 40
            rows += answer.json["value"]
            following = answer.json.get("@odata.nextLink")
            pages += 1
        assert rows == sheet.ask(f"/Figures{question}")["value"]
        assert pages == -(-len(rows) // 40)


def test_a_row_is_found_by_its_key(spreadsheet, counted, commune):
    sheet = spreadsheet()
    assert sheet.ask("/Indicators('FIBRE')")["LabelVi"] == "Fibre"
    assert sheet.ask(f"/Places({commune.id})?$select=UnitName")["UnitName"] == "Ia Dom"
    named = f"Round='2026-1',UnitId={commune.id},Indicator='FIBRE',By='',ByValue=''"
    assert sheet.ask(f"/Figures({named})")["N"] == 4
    sheet.ask("/Indicators('NIX')", 404)
    sheet.ask("/Figures('2026-1')", 400)


def test_the_other_lists(spreadsheet, counted):
    with transaction():
        rule = Rule(threshold=3, smallest_n=0, legal_note="QĐ 12/QĐ-UBND")
        releases.set_rule(counted.project.id, rule, OPERATOR)
        releasing.release(counted.round, OPERATOR, reason="lần đầu")
    sheet = spreadsheet()
    (made,) = sheet.ask("/Releases")["value"]
    assert (made["Release"], made["Reason"], made["LegalNote"]) == (1, "lần đầu", "QĐ 12/QĐ-UBND")
    (round_,) = sheet.ask("/Rounds")["value"]
    assert date.fromisoformat(round_["StartsOn"]) == date(2026, 1, 1)
    village = sheet.ask("/Places?$filter=Level eq 'village'")["value"][0]
    parent = sheet.ask(f"/Places({village['ParentId']})")
    assert (village["UnitName"], parent["UnitName"]) == ("Mook Đen", "Ia Dom")
    rows = sheet.all("/ReleasedFigures?$filter=Release eq 1 and N gt 0")
    assert {row["Release"] for row in rows} == {1}
    assert len(rows) == 6


def test_no_question_tells_what_is_withheld(spreadsheet, counted, survey):
    """Filters, orders and counts see what the reader sees: nothing."""
    with transaction():
        releasing.release(survey.round, OPERATOR)
    sheet = spreadsheet("api_client")
    rows = sheet.all("/Figures?$filter=UnitName eq 'Ia Dom' or Level eq 'village'")
    assert {row["Suppressed"] for row in rows} == {"small"}
    told = ("Value", "Numerator", "Denominator", "N", "SE", "CiLow", "CiHigh", "BoundLow",
            "BoundHigh", "Deff", "DF", "Coverage")  # fmt: skip
    commune = "Level eq 'commune'"
    for name in told:
        assert {row[name] for row in rows} == {None}
        for test in ("gt -1", "lt 1e9", "eq 0.75", "eq 3", "ge 0 or {} le 0"):
            asked = f"{name} {test.format(name)}"
            assert sheet.open(f"/Figures/$count?$filter={commune} and ({asked})").text in {
                "0",
                "268",
            }, asked
            hidden = sheet.ask(f"/Figures?$filter=({asked}) and {commune} and UnitName eq 'Ia Dom'")
            assert hidden["value"] == [], asked
        # Sorted by what is withheld they come in the order of their keys.
        order = [
            [row["Indicator"] for row in sheet.ask(
                f"/Figures?$filter=Suppressed eq 'small' and {commune}"
                f"&$orderby={name} {way},UnitId,Indicator"
            )["value"]]
            for way in ("asc", "desc")
        ]  # fmt: skip
        assert order[0] == order[1]
    staff = spreadsheet().ask(f"/Figures?$filter={commune} and Value gt 0.7")
    assert {row["UnitName"] for row in staff["value"]} == {"Ia Dom"}


def test_only_a_key_opens_it(client, spreadsheet, survey):
    refused = client.get("/api/v1/odata/")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert set(refused.json["error"]) == {"code", "message"}
    wrong = {"Authorization": "Basic " + base64.b64encode(b"a:b").decode()}
    assert client.get("/api/v1/odata/Figures", headers=wrong).status_code == 401
    neighbour = spreadsheet("commune_reviewer", people.PLEIKU)
    assert {row["UnitId"] for row in neighbour.all("/Figures")} == {people.unit(people.PLEIKU).id}
    project = survey.project.id
    assert neighbour.ask(f"/projects/{project}/Rounds")["@odata.context"].endswith(
        f"/odata/projects/{project}/$metadata#Rounds"
    )
    neighbour.ask("/projects/999/Rounds", 404)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/Nothing", 404), ("/Figures/Value", 404), ("/Figures('x", 404), ("/$batch", 404),
        ("/Figures?$filter=Nix eq 1", 400), ("/Figures?$filter=Value eq 'a'", 400),
        ("/Figures?$filter=Value eq", 400), ("/Figures?$filter=(Value eq 1", 400),
        ("/Figures?$filter=" + "(" * 60 + "Value eq 1" + ")" * 60, 400),
        ("/Figures?$filter=" + "not " * 3000 + "Calibrated", 400),
        ("/Figures?$filter=Value eq 1 %00", 400), ("/Figures?$filter=Round eq 'a%00'", 200),
        ("/Figures?$filter=AsOf gt 2026-02-30T00:00:00Z", 400), ("/Figures?$filter=Value", 400),
        ("/Figures?$filter=Value add 1 eq 2", 400), ("/Figures?$orderby=Nix", 400),
        ("/Figures?$orderby=Value up", 400), ("/Figures?$top=-1", 400), ("/Figures?$skip=x", 400),
        ("/Figures?$skip=99999999999", 400), ("/Figures?$count=1", 400),
        ("/Figures?$skiptoken=x", 400), ("/Figures?$skiptoken=WyJ4IiwxXQ==", 400),
        ("/Figures?$select=Nix", 400), ("/Figures?$what=1", 400), ("/Figures?$expand=Place", 501),
        ("/Figures?$format=atom", 501), ("/Figures?$filter=UnitId eq 99999999999", 200),
        ("/Figures?$filter=UnitId eq 1.5", 200), ("/Figures?plain=1&$top=1", 200),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_in_words(spreadsheet, address, status):
    answer = spreadsheet().ask(address, status)
    if status != 200:
        assert set(answer["error"]) == {"code", "message"}
        assert "%(" not in answer["error"]["message"]


def test_another_version_of_the_protocol_is_refused(spreadsheet):
    answer = spreadsheet().open("/", **{"OData-MaxVersion": "3.0"})
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "BadRequest")
