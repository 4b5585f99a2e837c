"""A sample's figures are those of the estimator, whatever happened on the way.

Interviews come, change and are decided in random order. What follows is estimated from rows, the
approved answers with the exported weights, by the command's estimator; the figures that are read
from sums must be the same.
"""

import csv
import random

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.accounts.grants import grant_role
from app.db import db, driver, transaction
from app.indicators.estimation.estimate import estimate
from app.indicators.estimation.plan import read_plan
from app.indicators.estimation.rows import Row
from app.indicators.queries import find_figures
from app.indicators.weights import weighted_households, weights_table
from app.samples.design import Design
from app.samples.queries import get_sample, households_of
from tests import people
from tests.survey import new_id, start_survey

DESIGNS = {
    "simple": Design("simple", 16, reserves=2),
    "by commune, more of the poor": Design("stratified", 18, by="commune", oversample=3),
    "two stages": Design("two-stage", 3, take=5, reserves=1),
    "villages of communes": Design("two-stage", 4, take=4, by="commune", oversample=2),
}
SIZES = {people.IA_DOM: (9, 12, 14), people.PLEIKU: (7, 11, 30)}
NOT_DRAWN = 1e50  # a population so large that f = 0


class Story:
    """What was sent and decided: by household, the answer that counts."""

    def __init__(self, survey, design, seed):
        self.survey, self.chance = survey, random.Random(seed)
        self.places, self.codes = {}, {}
        self.households = []
        for commune, sizes in SIZES.items():
            for number, size in enumerate(sizes):
                self.add_village(commune, f"Làng {number}", size)
        with transaction():
            driver().execute("update households set poor = '1' where number <= 3")
            found = db.session.merge(survey.round)
            programme.draw_sample(found, design, f"{seed}", actor=OPERATOR)
            self.reviewer = people.actor("commune_reviewer", people.GIA_LAI, of=survey.project)
        pipeline.settle()
        self.sample = [one.household for one in households_of(get_sample(survey.round.id))]
        self.states = {}  # by household: answers, instance id, an edit waits, what counts

    def add_village(self, commune, name, size):
        with transaction():
            village = people.village(name, commune)
            grant_role(
                OPERATOR,
                self.survey.phone,
                role="surveyor",
                unit_id=village.id,
                project_id=self.survey.project.id,
            )
        self.places[str(village.public_id)] = (village.id, people.unit(commune).id)
        self.codes[str(village.public_id)] = commune
        self.households += self.survey.register(size, village)

    def write(self):
        chance = self.chance
        members = [(40, chance.choice("0128")) for _ in range(chance.randint(1, 4))]
        return {
            "fibre": chance.choice("1110008"),
            "members": members,
            "visit": chance.choices("145", [8, 1, 1])[0],
        }

    def send(self, household):
        said = self.write()
        village = household.rpartition("-")[0]
        self.survey.commune_code = self.codes[village]
        before = self.states.get(household)
        sent = new_id()
        xml = self.survey.instance(
            household,
            village=village,
            instance_id=sent,
            deprecated_id=before and before[1],
            **said,
        )
        self.survey.post(xml)
        self.states[household] = [said, sent, bool(before and before[3]), before and before[3]]

    def decide(self, household, state):
        said, sent, is_edit, counted = self.states[household]
        number = self.id_of(sent)
        with transaction():
            pipeline.decide(number, state, "vì", self.reviewer)
        # An edit that is rejected leaves what was approved before.
        kept = said if state == "approved" else counted if is_edit else None
        self.states[household][2:] = [False, kept]

    def id_of(self, instance_id):
        while pipeline.process_inbox():
            pass
        row = driver().execute(
            "select coalesce(root_id, id) from instances where instance_id = %s", (instance_id,)
        )
        [number] = row.fetchone()
        db.session.rollback()
        return number

    def go_on(self):
        """Sends or decides something, somewhere; some of it about households nobody drew."""
        household = self.chance.choice(self.sample + self.households[:5])
        if household not in self.states or self.chance.random() < 0.2:
            self.send(household)
        self.decide(household, self.chance.choices(["approved", "rejected"], [4, 1])[0])
        if self.chance.random() < 0.2:
            pipeline.refresh_figures()

    def rows(self):
        """The exported weights with the approved answers beside them, a row for each adult."""
        (form_id,) = driver().execute("select id from forms where xml_form_id = 'ho'").fetchone()
        table = weights_table(weighted_households(self.survey.round.id, form_id))
        text = [",".join("" if cell is None else str(cell) for cell in row) for row in table]
        rows = []
        for one in csv.DictReader(text):
            village_id, commune_id = self.places[one["village"]]
            cells = {**one, "village_id": str(village_id), "commune_id": str(commune_id)}
            cells["population"] = one["population"] or repr(NOT_DRAWN)
            answers = self.states.get(one["household"], [None] * 4)[3] or {}
            for number, (_, phone) in enumerate(answers.get("members", [(0, "")])):
                fibre = answers.get("fibre", "8") if number == 0 else "8"
                cells |= {
                    "fibre_asked": "01"[number == 0],
                    "fibre": "" if fibre == "8" else fibre,
                    "phone": "" if phone in {"8", ""} else "01"[phone == "2"],
                }
                rows.append(Row(len(rows) + 2, dict(cells)))
        return rows

    def estimates(self, level):
        plan = read_plan({
            "filter": {"outcome": "complete"}, "ids": ["psu"], "strata": ["stratum"],
            "fpc": ["population"], "weight": "weight",
            "indicators": [
                {"code": "FIBRE", "kind": "prop", "y": "fibre", "eligible": "fibre_asked"},
                {"code": "PHONE", "kind": "prop", "y": "phone"},
            ],
            "domains": [{"level": level, "unit": f"{level}_id" if level != "all" else None}],
        })  # fmt: skip
        return [found for found in estimate(self.rows(), plan) if found.est is not None]


def read(survey, level):
    found = find_figures(
        OPERATOR, round_=survey.round, unit_id=people.unit(people.GIA_LAI).id, level=level
    )
    return {(figure.unit_id, figure.indicator): figure for figure in found}


def near(value):
    """The same number up to rounding, or none either."""
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", DESIGNS)
def test_figures_are_those_of_the_exported_rows(app, name):
    story = Story(start_survey(policy="hold-all", households=0), DESIGNS[name], name)
    for _ in range(40):
        story.go_on()
    pipeline.settle()
    compared = 0
    for level, unit_level in (("village", "village"), ("commune", "commune"), ("all", "province")):
        if level == "village" and DESIGNS[name].kind == "two-stage":
            continue  # reported by themselves, not as domains
        figures = read(story.survey, unit_level)
        for known in story.estimates(level):
            unit_id = people.unit(people.GIA_LAI).id if level == "all" else int(known.geo_id)
            figure = figures[unit_id, known.indicator]
            assert figure.value == near(known.est)
            assert figure.n == known.n_valid
            assert figure.numerator == near(known.w_num)
            assert figure.denominator == near(known.w_den)
            if figure.df:
                assert figure.se == near(known.se)
                assert figure.deff == near(known.deff_wr)
            compared += 1
    assert compared >= 4


def test_strata_of_one_mind_each_leave_no_error_of_rounding(app):
    """In one commune all say yes, in the other no: SE is exactly 0, whatever the weights."""
    design = DESIGNS["by commune, more of the poor"]
    story = Story(start_survey(households=0), design, 7)
    for household in story.sample:
        said = "01"[story.codes[household.rpartition("-")[0]] == people.IA_DOM]
        story.write = lambda said=said: {"fibre": said, "members": [(40, "2")], "visit": "1"}
        story.send(household)
    pipeline.settle()
    figure = read(story.survey, "province")[people.unit(people.GIA_LAI).id, "FIBRE"]

    assert 0 < figure.value < 1
    assert (figure.se, figure.ci_method) == (0.0, "cp_neff0")
    assert figure.ci[0] < figure.value < figure.ci[1]


def test_the_order_of_arrival_makes_no_difference(app):
    """Sent, decided, taken back and decided again in two orders: the same sums."""
    story = Story(start_survey(policy="hold-all", households=0), DESIGNS["two stages"], 3)
    for household in story.sample:
        story.send(household)
    results = []
    for turn in range(2):
        story.chance.shuffle(story.sample)
        for household in story.sample:
            story.decide(household, "rejected" if turn else "approved")
            story.decide(household, "approved")
            pipeline.refresh_figures()
        pipeline.settle()
        results.append(read(story.survey, "commune"))
    first, second = results
    for key, figure in first.items():
        assert (figure.n, figure.df) == (second[key].n, second[key].df)
        assert figure.value == near(second[key].value)
        assert figure.se == near(second[key].se)


def test_villages_add_up_to_the_commune_for_any_partition(app):
    """Numerators and denominators of a one-stage sample, whichever villages are added up."""
    design = DESIGNS["by commune, more of the poor"]
    story = Story(start_survey(households=0), design, 5)
    for household in story.sample:
        story.send(household)
    pipeline.settle()
    villages, communes = read(story.survey, "village"), read(story.survey, "commune")
    provinces = read(story.survey, "province")
    for indicator in ("FIBRE", "PHONE"):
        for name in ("numerator", "denominator", "n"):
            inside = {}
            for village_id, commune_id in story.places.values():
                number = getattr(villages[village_id, indicator], name) or 0
                inside[commune_id] = inside.get(commune_id, 0) + number
            for commune_id, total in inside.items():
                assert getattr(communes[commune_id, indicator], name) == pytest.approx(total)
            whole = getattr(provinces[people.unit(people.GIA_LAI).id, indicator], name)
            assert whole == pytest.approx(sum(inside.values()))
