"""A town of six villages in two communes, whose households can be made to say anything.

Each household, and one of its adults, has sent two interviews through the intake; a world says
which of them count in which release, and with which kind of answers (`stage.py`). All from there
on is the product's: sums, releases, what is withheld, and what is shown.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import NamedTuple

from lxml import etree
from sqlalchemy import select

from app import pipeline, programme
from app.accounts.actors import OPERATOR, Actor, user_actor
from app.accounts.app_users import app_user_token, hash_token
from app.counts.take import Source, take_table
from app.db import db, driver, transaction
from app.forms.models import Form
from app.indicators import releases
from app.indicators.disclosure import Rule
from app.indicators.observe import Heard, arrays, by_domain, hear
from app.indicators.pairs import KEEP, joins_in_force, pair_evaluator
from app.org_units.models import OrgUnit
from app.projects.models import Project
from app.rounds.models import Round
from app.scorecards import catalog
from app.submissions.intake import receive
from app.submissions.upload import Upload
from tests import people, releasing
from tests.attack import questionnaires
from tests.attack.questionnaires import ADULTS, KINDS, PLAIN
from tests.attack.questionnaires import HOMES as SAID_BY_HOMES

VILLAGES = (
    ("Mook Đen", people.IA_DOM), ("Mook Trang", people.IA_DOM), ("Bi", people.IA_DOM),
    ("Ia Mút", people.IA_DOM), ("Plei Bạc", people.PLEIKU), ("Plei Ốp", people.PLEIKU),
)  # fmt: skip
HOMES = 12  # of each village
EARLIER = 6  # of them, that were asked in the round before as well
DAY = date(2026, 11, 1)

DOMAINS = """
select d.id, i.code, d.breakdown, d.value from indicator_domains d
join indicator_versions i on i.id = d.indicator_id
"""
SOURCES = "select code, form_id, coalesce(partner_id, 0) from indicator_versions"
SAYS = """
select instance_pk, domain_ids, n, y, x, dont_know, refused, blank, irrelevant from observations
where instance_pk < 0
"""
SAY_TOGETHER = SAYS.replace("observations", "pair_observations").replace(
    "instance_pk, domain", "instance_pk, partner_pk, domain"
)


class Key(NamedTuple):
    """Names a figure of a release."""

    release: int
    unit: int
    indicator: str
    by: str
    value: str


Home = tuple[int, int]  # village and number
Says = dict[int, tuple[float, ...]]  # by domain: n, y, x and what is missing


@dataclass(eq=False)
class Town:
    """Its programme, and who reads what is given out of it."""

    project: Project
    round: Round
    before: Round  # another one, a year ago
    villages: list[OrgUnit]
    token: str
    outsider: Actor
    homes: dict[Home, tuple[int, int]] = field(default_factory=dict)  # two interviews of each
    adults: dict[Home, tuple[int, int]] = field(default_factory=dict)
    domains: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    sources: dict[str, tuple[int, int]] = field(default_factory=dict)  # forms of an indicator
    says: list[Says] = field(default_factory=list)  # by kind
    event: int | None = None  # what changed the boundaries

    def named(self, key: Key) -> int | None:
        """The domain that a figure is of."""
        wanted = (key.indicator, key.by, key.value)
        return next((pk for pk, domain in self.domains.items() if domain == wanted), None)


def of_home(kind: int) -> int:
    """The number under which what a household says is kept; no interview has it."""
    return -1 - PLAIN[kind]


def of_adult(adult: str) -> int:
    """The same of an adult."""
    return -10_000 - ADULTS.index(adult)


def build(codes: tuple[str, ...]) -> Town:
    """The town, with some of the indicators, before anybody is counted."""
    with transaction():
        project = people.project()
        villages = [people.village(name, commune) for name, commune in VILLAGES]
        phone = people.surveyor(*villages, of=project)
        token = app_user_token(phone)
        opened = [
            programme.open_round(
                project.id, f"{year}-1", f"Đợt {year}", date(year, 1, 1), last, actor=OPERATOR
            )
            for year, last in ((2025, date(2025, 12, 31)), (2026, None))
        ]
        for one in opened:
            one.review_policy = "approve-unflagged"
        reader = people.person("api_client", people.GIA_LAI, of=project, username="outsider")
    before, round_ = opened
    for form in (
        questionnaires.household_form(codes),
        questionnaires.adult_form(codes),
        questionnaires.village_form(),
    ):
        programme.publish(project.id, form, OPERATOR)
    with transaction():
        catalog.publish(project.id, "cds.md", questionnaires.SCORECARD.encode(), OPERATOR)
        outsider = user_actor(reader.id)
    town = Town(project, round_, before, villages, token, outsider)
    _interview(town)
    _count_elsewhere(town)
    return town


def _interview(town: Town) -> None:
    """Every household and adult sends two interviews, every village one; all are approved."""
    sent: dict[str, dict[Home, list[str]]] = {
        "homes": defaultdict(list), "adults": defaultdict(list)
    }  # fmt: skip
    for number, village in enumerate(town.villages):
        code = str(village.public_id)
        _post(town, questionnaires.village_xml(code))
        for home in range(1, HOMES + 1):
            household = f"{code}-{home:04d}"
            for _ in range(2):
                xml = questionnaires.household_xml(0, code, household)
                sent["homes"][number, home].append(_post(town, xml))
                xml = questionnaires.adult_xml("1", code, household)
                sent["adults"][number, home].append(_post(town, xml))
            if home <= EARLIER:
                kind = (home + number) % len(KINDS)
                _post(town, questionnaires.household_xml(kind, code, household, "2025-11-01"))
    pipeline.settle()
    with transaction():
        driver().execute("update submissions set state = 'approved', approved_pk = current_pk")
        pks = dict(driver().execute("select instance_id, id from instances").fetchall())
        town.homes, town.adults = (
            {home: (pks[one], pks[other]) for home, (one, other) in each.items()}
            for each in sent.values()
        )
        _evaluate(town)
        releases.set_rule(town.project.id, Rule(smallest_n=0), OPERATOR)
        releasing.release(town.before, OPERATOR)
        driver().execute("update releases set released_at = released_at - interval '300 days'")


def _evaluate(town: Town) -> None:
    """What each kind of answers says to the indicators, under numbers that no interview has."""
    forms = {form.xml_form_id: form for form in db.session.scalars(select(Form))}
    said = [(of_home(kind), "ho", questionnaires.household_xml(kind, "", "")) for kind in {*PLAIN}]
    said += [(of_adult(a), "nguoi", questionnaires.adult_xml(a, "", "")) for a in ADULTS[1:]]
    hear(
        Heard(pk, forms[name].id, forms[name].current_version_id or 0, DAY, etree.fromstring(xml))
        for pk, name, xml in said
    )
    _evaluate_pairs(forms)
    town.domains = {row[0]: row[1:] for row in driver().execute(DOMAINS)}
    town.sources = {row[0]: row[1:] for row in driver().execute(SOURCES)}
    alone = {pk: _by_domain(said) for pk, *said in driver().execute(SAYS)}
    pairs = {(pk, other): _by_domain(said) for pk, other, *said in driver().execute(SAY_TOGETHER)}
    town.says = [_said(kind, alone, pairs) for kind in range(len(KINDS))]


def _evaluate_pairs(forms: dict[str, Form]) -> None:
    versions = [forms[name].current_version_id or 0 for name in ("nguoi", "ho")]
    plain = [KINDS.index((home, "", ())) for home in SAID_BY_HOMES]
    for join in joins_in_force():
        evaluator = pair_evaluator(*versions, join.indicator_ids)
        for adult, kind in product(ADULTS[1:], plain):
            xmls = (
                questionnaires.adult_xml(adult, "", ""),
                questionnaires.household_xml(kind, "", ""),
            )
            cells = evaluator.evaluate(*map(etree.fromstring, xmls), interview_date=DAY.isoformat())
            (said,) = arrays([by_domain(cells or [], join.indicator_ids)])
            driver().execute(KEEP, [of_adult(adult), of_home(kind), True, *said])


def _by_domain(said: Sequence[Sequence[float]]) -> Says:
    return {int(row[0]): tuple(row[1:]) for row in zip(*said, strict=True)}


def _said(kind: int, alone: Mapping[int, Says], pairs: Mapping[tuple[int, int], Says]) -> Says:
    """What a household of a kind says, and its adult, who stands for all adults there."""
    home, adult, members = KINDS[kind]
    found = dict(alone[of_home(kind)])
    if adult:
        together = pairs.get((of_adult(adult), of_home(KINDS.index((home, "", ())))), {})
        for domain, (n, y, x, *missing) in {**alone.get(of_adult(adult), {}), **together}.items():
            found[domain] = (n, y * len(members), x * len(members), *missing)
    return found


def _count_elsewhere(town: Town) -> None:
    """An operator counts lines in some villages, as it does everywhere."""
    rows = [f"{village.public_id},FIBRE,2,12\n" for village in town.villages[:3]]
    source = Source("VT", "Viettel", "CV 1", DAY, "NQ 1")
    with transaction():
        text = "unit,indicator,numerator,denominator\n" + "".join(rows)
        take_table(town.project.id, source, "lines.csv", text.encode(), OPERATOR)


def _post(town: Town, xml: bytes) -> str:
    receive(Upload(xml), project_id=town.project.id, token_hash=hash_token(town.token))
    return xml.partition(b"<instanceID>")[2].partition(b"</instanceID>")[0].decode()
