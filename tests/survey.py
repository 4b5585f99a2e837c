"""A small survey for tests: a household form, a village, a phone, and interviews sent by it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.accounts.app_users import app_user_token, hash_token
from app.accounts.grants import grant_role
from app.accounts.models import AppUser
from app.db import db, driver, transaction
from app.forms.source import FormSource
from app.indicators.figures import Figure
from app.indicators.queries import find_figures
from app.org_units.models import OrgUnit
from app.projects.models import Project
from app.rounds.models import Round
from app.samples.design import Design
from app.samples.queries import get_sample, households_of
from app.submissions.intake import receive
from app.submissions.upload import Receipt, Upload
from tests import people

HOUSEHOLD_FORM = """
| survey |
| | type             | name         | label     | relevant             | repeat_count | pii |
| | today            | today        |           |                      |              |     |
| | text             | commune_code | Commune   |                      |              |     |
| | text             | village_id   | Village   |                      |              |     |
| | text             | hh_id        | Household |                      |              |     |
| | select_one visit | visit_result | Result    |                      |              |     |
| | select_one yn    | consent      | Consent   | ${visit_result} = '1' |             |     |
| | begin_group      | main         | Interview | ${consent} = '1'     |              |     |
| | integer          | n15          | Adults    |                      |              |     |
| | begin_repeat     | m            | Member    |                      | ${n15}       |     |
| | text             | m_label      | Name      |                      |              | personal |
| | integer          | m_age        | Age       |                      |              |     |
| | select_one phone | m_phone      | Phone     |                      |              |     |
| | end_repeat       |              |           |                      |              |     |
| | select_one fibre | fibre        | Fibre     |                      |              |     |
| | end_group        |              |           |                      |              |     |
| | image            | photo        | Photo     |                      |              |     |
| choices |
| | list_name | name | label      |
| | visit     | 1    | Complete   |
| | visit     | 2    | Nobody     |
| | visit     | 4    | Refused    |
| | visit     | 5    | Moved      |
| | yn        | 1    | Yes        |
| | yn        | 2    | No         |
| | phone     | 0    | None       |
| | phone     | 1    | Feature    |
| | phone     | 2    | Smart      |
| | phone     | 8    | Don't know |
| | fibre     | 1    | Yes        |
| | fibre     | 0    | No         |
| | fibre     | 8    | Don't know |
| settings |
| | form_id | version | form_title | org_unit | household_key | visit_result | consent | adults |
| | ho | {version} | Household | village_id | hh_id | visit_result | consent | n15 |
| indicators |
| | code  | version | label      | unit      | eligible       | numerator          |
| | FIBRE | 1       | Fibre      | household |                | ${fibre} = '1'     |
| | PHONE | 1       | Smartphone | m         | ${m_age} >= 18 | ${m_phone} = '2'   |
| missing |
| | list  | code | reason    |
| | phone | 8    | dont_know |
| | fibre | 8    | dont_know |
"""


# One adult of a household; the number of adults typed here must not matter.
PERSON_FORM = """
| survey |
| | type           | name       | label            | calculation |
| | today          | today      |                  |             |
| | text           | village_id | Village          |             |
| | text           | hh_id      | Household        |             |
| | text           | drawn      | Drawn            |             |
| | calculate      | pick_no    |                  | ${drawn}    |
| | integer        | n15        | Adults, as typed |             |
| | select_one yn  | net        | Internet         |             |
| choices |
| | list_name | name | label |
| | yn        | 1    | Yes   |
| | yn        | 2    | No    |
| settings |
| | form_id | version | form_title | org_unit   | household_key | person_key |
| | nguoi   | 1       | Person     | village_id | hh_id         | pick_no    |
| indicators |
| | code | version | label    | unit   | numerator    |
| | NET  | 1       | Internet | person | ${net} = '1' |
"""


@dataclass
class Survey:
    """A published household form, a round, a village with registered households, and a phone."""

    project: Project
    round: Round
    village: OrgUnit
    phone: AppUser
    token: str
    commune_code: str = people.IA_DOM
    form: str = "ho"
    version: str = "1"
    ids: list[str] = field(default_factory=list)

    def instance(self, household: str, **said: Any) -> bytes:
        """A filled-in household form; `members` are (age, phone) pairs."""
        return household_xml(self, household, **said)

    def post(self, xml: bytes, **upload: Any) -> Receipt:
        """What the phone does; nothing is processed yet."""
        return receive(
            Upload(xml, **upload),
            project_id=self.project.id,
            token_hash=hash_token(self.token),
        )

    def send(self, xml: bytes, **upload: Any) -> Receipt:
        """What the phone does; processed and summed up."""
        receipt = self.post(xml, **upload)
        pipeline.settle()
        return receipt

    def add_village(self, name: str, commune: str = people.IA_DOM) -> OrgUnit:
        """Another village, of this commune or another one, in which the phone works too."""
        with transaction():
            village = people.village(name, commune)
            grant_role(
                OPERATOR,
                self.phone,
                role="surveyor",
                unit_id=village.id,
                project_id=self.project.id,
            )
        return village

    def figure(self, indicator: str = "FIBRE", unit: OrgUnit | None = None, by: str = "") -> Figure:
        """The one figure of an indicator, as an analyst of the province sees it."""
        unit = unit or self.village
        found = find_figures(
            OPERATOR,
            round_=self.round,
            unit_id=unit.id,
            level=unit.level,
            indicator=indicator,
            by=by,
        )
        assert len(found) == 1, found
        return found[0]

    def draw(self, *design: Any, **further: Any) -> list[str]:
        """Draws the round's sample; the households that were drawn, by code."""
        with transaction():
            found = db.session.merge(self.round)
            programme.draw_sample(found, Design(*design, **further), "hạt", actor=OPERATOR)
        pipeline.settle()
        sample = get_sample(self.round.id)
        return [one.household for one in households_of(sample) if one.role == "drawn"]

    def visit(self, household: str, **said: Any) -> None:
        """Posts an interview of a household in whichever village; nothing is processed yet."""
        self.post(self.instance(household, village=household.rpartition("-")[0], **said))

    def register(
        self, count: int, village: OrgUnit | None = None, *, since: date = date(2026, 1, 1)
    ) -> list[str]:
        """Enters so many households into the registry, known since a day; their codes."""
        village = village or self.village
        codes = [f"{village.public_id}-{number:04d}" for number in range(1, count + 1)]
        with transaction():
            for number, code in enumerate(codes, 1):
                driver().execute(
                    "insert into households (project_id, code, village_id, number, since)"
                    " values (%s, %s, %s, %s, %s)",
                    (self.project.id, code, village.id, number, since),
                )
            driver().execute(
                "insert into stale_villages (round_id, village_id) values (%s, %s)",
                (self.round.id, village.id),
            )
        pipeline.settle()
        return codes


def household_form(version: str = "1", indicators: str | None = None) -> FormSource:
    """The form's workbook, with another version or other indicators."""
    text = indicators or HOUSEHOLD_FORM
    return FormSource("ho.md", text.replace("{version}", version).encode())


def start_survey(*, policy: str = "approve-unflagged", households: int = 10) -> Survey:
    """A survey that is ready for interviews."""
    with transaction():
        project = people.project()
        village = people.village()
        phone = people.surveyor(village, of=project)
        token = app_user_token(phone)
        opened = programme.open_round(
            project.id, "2026-1", "Đợt 1", date(2026, 1, 1), None, actor=OPERATOR
        )
        opened.review_policy = policy
    programme.publish(project.id, household_form(), OPERATOR)
    survey = Survey(project, opened, village, phone, token)
    survey.ids = survey.register(households)
    return survey


def household_xml(
    survey: Survey,
    household: str,
    *,
    members: Sequence[tuple[int, str]] = ((40, "2"),),
    fibre: str | None = "1",
    visit: str = "1",
    consent: str = "1",
    n15: int | None = None,
    day: date | None = None,
    instance_id: str | None = None,
    deprecated_id: str | None = None,
    village: str | None = None,
    photo: str = "",
    version: str | None = None,
) -> bytes:
    """The XML that a phone makes of a filled-in household form; irrelevant parts are absent."""
    rows = "".join(
        f"<m><m_label>Người {number}</m_label><m_age>{age}</m_age><m_phone>{phone}</m_phone></m>"
        for number, (age, phone) in enumerate(members, 1)
    )
    answered = "" if fibre is None else f"<fibre>{fibre}</fibre>"
    count = len(members) if n15 is None else n15
    main = f"<main><n15>{count}</n15>{rows}{answered}</main>"
    asked = f"<consent>{consent}</consent>{main if consent == '1' else ''}" if visit == "1" else ""
    deprecated = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    meta = f"<orx:instanceID>{instance_id or new_id()}</orx:instanceID>{deprecated}"
    return (
        f'<data id="{survey.form}" version="{version or survey.version}"'
        ' xmlns:orx="http://openrosa.org/xforms">'
        f"<today>{day or date(2026, 11, 1)}</today>"
        f"<commune_code>{survey.commune_code}</commune_code>"
        f"<village_id>{escape(village or str(survey.village.public_id))}</village_id>"
        f"<hh_id>{escape(household)}</hh_id><visit_result>{visit}</visit_result>{asked}"
        f"<photo>{photo}</photo>"
        f"<orx:meta>{meta}</orx:meta>"
        "</data>"
    ).encode()


def person_form() -> FormSource:
    """The workbook of the questions to one adult of a household."""
    return FormSource("nguoi.md", PERSON_FORM.encode())


def person_xml(
    survey: Survey,
    household: str,
    *,
    net: str = "1",
    pick: int = 1,
    typed: int = 9,
    village: str | None = None,
    instance_id: str | None = None,
    deprecated_id: str | None = None,
) -> bytes:
    """What one adult says; `typed` is the number of adults that the surveyor typed in."""
    deprecated = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    return (
        f'<data id="nguoi" version="1"><today>2026-11-01</today>'
        f"<village_id>{village or survey.village.public_id}</village_id><hh_id>{household}</hh_id>"
        f"<drawn>{pick}</drawn><pick_no>{pick}</pick_no><n15>{typed}</n15><net>{net}</net>"
        f"<meta><instanceID>{instance_id or new_id()}</instanceID>{deprecated}</meta></data>"
    ).encode()


def new_id() -> str:
    """A fresh instanceID."""
    return f"uuid:{uuid.uuid4()}"
