"""A town of six villages in two communes, whose households can be made to say anything.

Each household has sent two interviews through the intake; a world says which of them counts in
which release, and with which kind of answers. All from there on is the product's: sums, releases,
what is withheld, and what is shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from lxml import etree
from sqlalchemy import select

from app import pipeline, programme
from app.accounts.actors import OPERATOR, Actor, user_actor
from app.accounts.app_users import app_user_token, hash_token
from app.db import columns, db, driver, transaction
from app.errors import Conflict
from app.forms.models import Form
from app.indicators import releases
from app.indicators.figures import Figure
from app.indicators.observe import MEASURES, Heard, hear
from app.indicators.queries import find_figures
from app.indicators.recompute import recompute
from app.indicators.release_queries import list_releases
from app.indicators.sum_models import Release
from app.org_units.models import OrgUnit
from app.projects.models import Project
from app.rounds.models import Round
from app.scorecards import catalog
from app.submissions.intake import receive
from app.submissions.upload import Upload
from tests import people
from tests.attack import questionnaires
from tests.attack.questionnaires import KINDS
from tests.attack.worlds import World

VILLAGES = (
    ("Mook Đen", people.IA_DOM), ("Mook Trang", people.IA_DOM), ("Bi", people.IA_DOM),
    ("Ia Mút", people.IA_DOM), ("Plei Bạc", people.PLEIKU), ("Plei Ốp", people.PLEIKU),
)  # fmt: skip
HOMES = 12  # of each village
GIVEN_OUT = ("hidden_figures", "released_sums", "released_bases", "releases")

COUNT = """
insert into counted_interviews
    (round_id, form_id, subject, submission_id, instance_pk, village_id, household, outcome)
select round_id, form_id, subject, submission_id, instance_pk, village_id, household, outcome
from interviews where instance_pk = any(%s)
"""
SAY = f"""
insert into observations (instance_pk, domain_ids, {", ".join(MEASURES)})
select said.instance_pk, k.domain_ids, {", ".join(f"k.{name}" for name in MEASURES)}
from unnest(%s::bigint[], %s::int[]) as said (instance_pk, kind)
join observations k on k.instance_pk = -1 - said.kind
"""

DOMAINS = """
select d.id, i.code, d.breakdown, d.value from indicator_domains d
join indicator_versions i on i.id = d.indicator_id
"""
SAYS = """
select domain_ids, n, y, x, dont_know, refused, blank, irrelevant from observations
where instance_pk = %s
"""


class Key(NamedTuple):
    """Names a figure of a release."""

    release: int
    unit: int
    indicator: str
    by: str
    value: str


@dataclass
class Town:
    """Its programme, and who reads what is given out of it."""

    project: Project
    round: Round
    villages: list[OrgUnit]
    token: str
    outsider: Actor
    steps: list[tuple[int, str]]  # places, and of which level in them figures are read
    around: list[tuple[int, ...]]  # by village: itself, its commune, the province
    form_id: int = 0
    interviews: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    domains: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    says: list[dict[int, tuple[float, ...]]] = field(default_factory=list)  # by kind, of a domain

    def play(self, world: World) -> list[Release]:
        """Lets all that happen, and gives it out release by release."""
        with transaction():
            for table in GIVEN_OUT:
                driver().execute(f"delete from {table}")
            self._register(world)
            releases.set_rule(self.project.id, world.rule, OPERATOR)
        return [self._give_out(world, number) for number in range(world.releases)]

    def _register(self, world: World) -> None:
        driver().execute("delete from households")
        rows = [
            (self.project.id, f"{village.public_id}-{n:04d}", village.id, n, date(2026, 1, 1))
            for village, homes in zip(self.villages, world.homes, strict=True)
            for n in range(1, homes + 1)
        ]
        with driver().cursor() as cursor:
            cursor.executemany(
                "insert into households (project_id, code, village_id, number, since)"
                " values (%s, %s, %s, %s, %s)",
                rows,
            )

    def _give_out(self, world: World, number: int) -> Release:
        counted: list[tuple[int, int]] = []
        for village, lives in enumerate(world.lives):
            for home, life in enumerate(lives, 1):
                kind, edits = life[number], _edits(life[: number + 1])
                if kind is not None:
                    counted.append((self.interviews[village, home][edits % 2], kind))
        known = [pk for pair in self.interviews.values() for pk in pair]
        with transaction():
            driver().execute("delete from counted_interviews where form_id = %s", (self.form_id,))
            driver().execute(COUNT, ([pk for pk, _ in counted],))
            driver().execute("delete from observations where instance_pk = any(%s)", (known,))
            if counted:
                driver().execute(SAY, columns(counted))
            recompute([(self.round.id, village.id) for village in self.villages])
            driver().execute("delete from stale_villages")
        try:
            with transaction():
                made = releases.release(self.round, OPERATOR, final=True, reason="–")
        except Conflict:
            with transaction():
                made = releases.release(self.round, OPERATOR, reason="–")
        if made is None:
            (made,) = list_releases(self.round.id, limit=1)
        return made

    def read(self, made: Iterable[Release], reader: Actor) -> dict[Key, Figure]:
        """Every figure of some releases, as somebody reads it."""
        return {
            Key(one.version, f.unit_id, f.indicator, f.breakdown, f.breakdown_value): f
            for one in {release.version: release for release in made}.values()
            for place, level in self.steps
            for f in find_figures(
                reader, round_=self.round, unit_id=place, level=level, by=None, release=one,
                given_out=reader is self.outsider,
            )
        }  # fmt: skip

    def states(self, made: Sequence[Release]) -> dict[tuple[int, int], int]:
        """By village and release, the step of the world, from 0, of which it shows the village.

        Where nothing is different enough, a step makes no release, and gives the one before.
        """
        steps = {release.version: step for step, release in reversed(list(enumerate(made)))}
        rows = driver().execute(
            "select village_id, since, until from released_bases where form_id = %s",
            (self.form_id,),
        )
        newest = len(list_releases(self.round.id))
        return {
            (village, number): steps[since]
            for village, since, until in rows
            for number in range(since, min(until, newest + 1))
        }


def _edits(life: tuple[int | None, ...]) -> int:
    said = [kind for kind in life if kind is not None]
    return sum(one != other for one, other in pairwise(said))


def build(codes: tuple[str, ...]) -> Town:
    """The town, with some of the indicators, before anybody is counted."""
    with transaction():
        project = people.project()
        villages = [people.village(name, commune) for name, commune in VILLAGES]
        phone = people.surveyor(*villages, of=project)
        token = app_user_token(phone)
        opened = programme.open_round(
            project.id, "2026-1", "Đợt 1", date(2026, 1, 1), None, actor=OPERATOR
        )
        opened.review_policy = "approve-unflagged"
        reader = people.person("api_client", people.GIA_LAI, of=project, username="outsider")
    for form in (questionnaires.household_form(codes), questionnaires.village_form()):
        programme.publish(project.id, form, OPERATOR)
    with transaction():
        catalog.publish(project.id, "cds.md", questionnaires.SCORECARD.encode(), OPERATOR)
        outsider = user_actor(reader.id)
    communes = [people.unit(code).id for code in dict.fromkeys(at for _, at in VILLAGES)]
    province = people.unit(people.GIA_LAI).id
    around = [
        (village.id, people.unit(at).id, province)
        for village, (_, at) in zip(villages, VILLAGES, strict=True)
    ]
    inside = [(commune, level) for commune in communes for level in ("commune", "village")]
    steps = [(province, "province"), *inside]
    town = Town(project, opened, villages, token, outsider, steps, around)
    _interview(town)
    return town


def _interview(town: Town) -> None:
    """Every household sends two interviews, every village one; all are approved."""
    sent: dict[tuple[int, int], list[str]] = defaultdict(list)
    for number, village in enumerate(town.villages):
        code = str(village.public_id)
        _post(town, questionnaires.village_xml(code))
        for home in range(1, HOMES + 1):
            for _ in range(2):
                xml = questionnaires.household_xml(0, code, f"{code}-{home:04d}")
                sent[number, home].append(_post(town, xml))
    pipeline.settle()
    with transaction():
        driver().execute("update submissions set state = 'approved', approved_pk = current_pk")
        pks = dict(driver().execute("select instance_id, id from instances").fetchall())
        town.interviews = {home: (pks[one], pks[other]) for home, (one, other) in sent.items()}
        form = db.session.scalars(select(Form).filter_by(xml_form_id="ho")).one()
        town.form_id = form.id
        _evaluate(town, form)


def _evaluate(town: Town, form: Form) -> None:
    """What each kind of answers says to the indicators, under numbers that no interview has."""
    assert form.current_version_id is not None
    hear(
        Heard(
            -1 - kind, form.id, form.current_version_id, date(2026, 11, 1),
            etree.fromstring(questionnaires.household_xml(kind, "", "")),
        )
        for kind in range(len(KINDS))
    )  # fmt: skip
    town.domains = {row[0]: row[1:] for row in driver().execute(DOMAINS)}
    for kind in range(len(KINDS)):
        (said,) = driver().execute(SAYS, (-1 - kind,))
        town.says.append({row[0]: row[1:] for row in zip(*said, strict=True)})


def _post(town: Town, xml: bytes) -> str:
    receive(Upload(xml), project_id=town.project.id, token_hash=hash_token(town.token))
    return xml.partition(b"<instanceID>")[2].partition(b"</instanceID>")[0].decode()
