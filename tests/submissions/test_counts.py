"""Counts that are kept: whatever happens, they are what counting would give."""

import random

import pytest

from app import ledger, pipeline
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.submissions import counts
from tests import people
from tests.survey import new_id, start_survey

COUNTED = "select unit_id, state, count(*) from submissions group by 1, 2 order by 1, 2"
KEPT = """
select unit_id, state, sum(n)::int from (
    select * from submission_counts union all select * from submission_count_changes
) kept group by 1, 2 having sum(n) <> 0 order by 1, 2
"""


@pytest.fixture
def survey(app):
    return start_survey(policy="hold-all", households=4)


def ask(statement):
    found = driver().execute(statement).fetchall()
    db.session.rollback()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_they_follow_whatever_happens(survey, seed):
    chance = random.Random(seed)
    reviewer = people.actor("commune_lead", people.IA_DOM, of=survey.project)
    villages = [survey.village.public_id, survey.add_village("Mook Trắng").public_id]
    newest = {}
    for _ in range(25):
        ids = [number for (number,) in ask("select id from submissions")]
        instance_id = new_id()
        match chance.randrange(4) if ids else 0:
            case 0:
                xml = survey.instance(
                    chance.choice(survey.ids),
                    instance_id=instance_id,
                    village=chance.choice(villages),
                )
                survey.post(xml)
                newest[instance_id] = instance_id
            case 1:
                chain = chance.choice(list(newest))
                xml = survey.instance(
                    chance.choice(survey.ids), instance_id=instance_id,
                    deprecated_id=newest[chain], village=chance.choice(villages),
                )  # fmt: skip
                survey.post(xml)
                newest[chain] = instance_id
            case 2:
                with transaction():
                    pipeline.throw_away(chance.choice(ids), "a test", OPERATOR)
            case 3:
                with transaction():
                    state = chance.choice(["approved", "rejected", "received"])
                    pipeline.decide(chance.choice(ids), state, "why", reviewer)
        pipeline.process_inbox()
        assert ask(KEPT) == ask(COUNTED)
        if chance.random() < 0.3:
            with transaction():
                counts.fold()
            assert ask(KEPT) == ask(COUNTED)
            assert ask("select * from submission_count_changes") == []
    waiting = sum(n for _, state, n in ask(COUNTED) if state in {"received", "edited"})
    assert ledger.owed(driver()).waiting == waiting
    place = people.unit(people.IA_DOM).id
    kept = counts.count_by_state(OPERATOR, survey.project.id, [place])[place]
    assert (kept.total, kept.waiting) == (sum(n for *_, n in ask(COUNTED)), waiting)


def test_what_settles_adds_them_up(survey):
    survey.send(survey.instance(survey.ids[0]))
    assert ask("select * from submission_count_changes") == []
    assert ask(KEPT) == ask(COUNTED) != []
