"""Prepares a fresh installation for the benchmark: forms, villages, households, and two phones.

The household template names villages T-BEN22 and so on; they are made here under these ids, and
its households are registered, so that no interview is flagged and all are approved at once.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app import programme
from app.accounts.actors import OPERATOR
from app.accounts.app_users import app_user_token, create_app_user
from app.accounts.grants import grant_role
from app.accounts.tokens import issue_api_token
from app.accounts.users import create_user
from app.db import driver, transaction
from app.forms.source import FormSource, read_source
from app.households import lists
from app.org_units.models import OrgUnit
from app.org_units.queries import find_by_code
from app.org_units.villages import create_village
from app.projects.queries import create_project, get_project
from app.scorecards import catalog
from tests.benchmarks import sixty

ROOT = Path(__file__).parents[2]
SCORECARD_FILE = ROOT / "forms" / "scorecards" / "xa_hoi_so_2026.xlsx"
TEMPLATE_FILE = Path(__file__).parent / "xhs_ho.template.xml"
TEMPLATE = TEMPLATE_FILE.read_text(encoding="utf-8").strip()
VILLAGE_IDS = sorted(set(re.findall(r"<village_id>(T-\w+)</village_id>", TEMPLATE)))
HOUSEHOLD_FORM = "xhs_ho"
PROJECT, COMMUNE, ROUND = 1, "23872", "2026-1"
PHONES_VILLAGE, PHONES_HOUSEHOLDS = "T-BENZZ", 150
MANY_FORMS = 100
READER, PASSWORD = "reader", "benchmark reader"


@dataclass(frozen=True, slots=True)
class Programme:
    """What the benchmark speaks with."""

    sender: str  # token of the phone that sends
    phone: str  # token of one that downloads, with a village's worth of households
    lister: str  # path of one whose project has a hundred forms
    api_key: str
    commune_id: int


def prepare() -> Programme:
    """Makes everything but the households of the template."""
    with transaction():
        commune = find_by_code(COMMUNE)
        province = find_by_code("52")
        assert commune is not None
        assert province is not None
        get_project(PROJECT).org_unit_id = province.id
        for public_id in VILLAGE_IDS:
            _village(commune.id, public_id)
        own = _village(commune.id, PHONES_VILLAGE)
        programme.open_round(
            PROJECT, ROUND, "Benchmark", date(2026, 1, 1), None, actor=OPERATOR
        ).review_policy = "approve-unflagged"
        sender = create_app_user(PROJECT, "Sender", "sender", "DTV01", [commune.id])
        phone = create_app_user(PROJECT, "Phone", "phone", "DTV02", [own.id])
        reader = create_user(OPERATOR, username=READER, full_name="Reader", password=PASSWORD)
        grant_role(
            OPERATOR, reader, role="province_analyst", unit_id=province.id, project_id=PROJECT
        )
        second = create_project("Many forms", province.id)
        lister = create_app_user(second.id, "Lister", "lister", "DTV03", [own.id])
        made = Programme(
            app_user_token(sender),
            app_user_token(phone),
            f"/v1/key/{app_user_token(lister)}/projects/{second.id}",
            issue_api_token(reader, "benchmark"),
            commune.id,
        )
    # One that joins another comes after it.
    for form in ("xhs_lap_ds_ho", "xhs_ho", "xhs_dichvu", "xhs_kynang", "xhs_thon"):
        programme.publish(PROJECT, read_source(ROOT / "forms" / f"{form}.xlsx"), OPERATOR)
    programme.publish(PROJECT, FormSource("sixty.md", sixty.form()), OPERATOR)
    for number in range(MANY_FORMS):
        programme.publish(lister.project_id, _form(number), OPERATOR)
    register(f"{PHONES_VILLAGE}-{number}" for number in range(PHONES_HOUSEHOLDS))
    publish_scorecard()
    return made


def elsewhere(template: str, number: int) -> str:
    """The template for villages of the commune that nobody visited, others for each number."""
    villages = {old: old.replace("T-BEN", f"T-B{number:02}") for old in VILLAGE_IDS}
    with transaction():
        commune = find_by_code(COMMUNE)
        assert commune is not None
        for old, new in villages.items():
            _village(commune.id, new)
            template = template.replace(old, new)
    return template


def publish_scorecard() -> str:
    """The code of the scorecard that comes along, in force from now on."""
    with transaction():
        content = SCORECARD_FILE.read_bytes()
        return catalog.publish(PROJECT, SCORECARD_FILE.name, content, OPERATOR).code


def register(codes: Iterable[str]) -> None:
    """Enters households into the registry, each in the village that its code begins with."""
    with transaction():
        ids = dict(
            driver()
            .execute("select public_id, id from org_units where public_id is not null")
            .fetchall()
        )
        with (
            driver().cursor() as cursor,
            cursor.copy("copy households (project_id, code, village_id) from stdin") as copy,
        ):
            for code in codes:
                copy.write_row((PROJECT, code, ids[code.rpartition("-")[0]]))
        lists.touch({PROJECT})
    with transaction():  # what is rolled back leaves the planner with what it knew before
        driver().execute("analyze households")


def households_in(bodies: Sequence[bytes]) -> list[str]:
    """The households that these submissions are about."""
    found = (re.search(rb"<hh_id>([^<]+)</hh_id>", body) for body in bodies)
    return [match[1].decode() for match in found if match]


def _form(number: int) -> FormSource:
    """One of many forms with a list that is made for each surveyor."""
    text = f"""
| survey |
| | type                              | name    | label   |
| | select_one_from_file villages.csv | village | Village |
| settings |
| | form_id        | form_title      | version |
| | form_{number:03} | Form {number} | 1       |
"""
    return FormSource("form.md", text.encode())


def _village(commune_id: int, public_id: str) -> OrgUnit:
    village = create_village(commune_id, f"Benchmark {public_id}", "thôn")
    village.public_id = public_id
    return village
