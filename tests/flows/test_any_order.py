"""Whatever happens to interviews, and whenever it is processed, the figures are those of the books.

Random stories: interviews come, are edited (some edits before their originals), decided, preferred
and read again, and workers take what is owed at any moment. A model without a database says where
each interview must stand in the end; tests/books.py counts what the figures must then be.
"""

import random
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from app import ledger, pipeline, programme
from app.accounts.actors import OPERATOR, Actor
from app.db import db, driver, transaction
from app.errors import Conflict
from app.indicators import catalog
from app.org_units.models import OrgUnit
from tests import books, people
from tests.survey import Survey, new_id, person_form, person_xml, start_survey

STEPS = 70


@dataclass
class Interview:
    """Where one interview must stand."""

    versions: list[tuple[str, bytes]]  # instance id and bytes, the first one first
    state: str = "received"
    approved: int | None = None  # of versions
    decided: int | None = None  # the step of its approval
    preferred: int | None = None

    @property
    def current(self) -> int:
        return len(self.versions) - 1

    def edit(self, instance_id: str, xml: bytes) -> None:
        self.versions.append((instance_id, xml))
        self.state = "edited"
        if b"<consent>2" in xml:
            self.approved = None

    def decide(self, state: str, step: int) -> None:
        if state == "rejected" and self.state == "edited" and self.approved is not None:
            self.state = "approved"  # the edit is discarded
            return
        self.state = state
        if state != "approved":
            self.approved = None
        else:
            self.decided = step if self.approved is None else self.decided
            self.approved = self.current

    def chain(self, number: int) -> books.Chain:
        waits = self.state in {"received", "edited"}
        return books.Chain(
            id=number,
            approved=None if self.approved is None else self.versions[self.approved][1],
            waiting=self.versions[-1][1] if waits else None,
            decided=self.decided,
            preferred=self.preferred,
        )


@dataclass
class Story:
    """What happens, one random step after the other."""

    survey: Survey
    villages: list[OrgUnit]
    households: list[str]
    reviewer: Actor
    chance: random.Random
    interviews: list[Interview] = field(default_factory=list)
    step: int = 0

    def go_on(self) -> None:
        self.step += 1
        happens = self.chance.choices(
            [self.send, self.edit, self.edit_early, self.decide, self.prefer,
             self.read_again, self.process, self.sum_up],
            [8, 5, 2, 12, 2, 1, 3, 3],
        )[0]  # fmt: skip
        happens()

    def send(self) -> None:
        instance_id = new_id()
        xml = self.write(instance_id=instance_id)
        assert self.survey.post(xml).case == "new"
        self.interviews.append(Interview([(instance_id, xml)]))

    def edit(self) -> None:
        if not self.interviews:
            return
        interview, instance_id = self.chance.choice(self.interviews), new_id()
        before, original = interview.versions[-1]
        xml = self.write(original, instance_id=instance_id, deprecated_id=before)
        assert self.survey.post(xml).case == "edit"
        interview.edit(instance_id, xml)

    def edit_early(self) -> None:
        """An edit that overtakes its original; it is filed when that is read."""
        first, second = new_id(), new_id()
        original = self.write(instance_id=first)
        edit = self.write(original, instance_id=second, deprecated_id=first)
        assert [self.survey.post(xml).case for xml in (edit, original)] == ["parked", "new"]
        self.process()
        self.interviews.append(Interview([(first, original)]))
        self.interviews[-1].edit(second, edit)

    def write(self, original: bytes | None = None, **ids: str) -> bytes:
        """An interview at random, some in the wrong village; an edit keeps to its form."""
        household = self.chance.choice(self.households)
        of_a_person = b"nguoi" in original if original else self.chance.random() < 0.3
        stray = str(self.chance.choice(self.villages).public_id)
        village = stray if self.chance.random() < 0.3 else None
        return self.write_about(household, of_a_person, village=village, **ids)

    def write_about(self, household: str, of_a_person: bool, **details: Any) -> bytes:
        chance = self.chance
        details["village"] = details.get("village") or household.rpartition("-")[0]
        if of_a_person:
            pick = 1 if chance.random() < 0.8 else 2
            return person_xml(self.survey, household, net=chance.choice("12"), pick=pick, **details)
        members = [
            (chance.choice([15, 17, 30, 71]), chance.choice("0128"))
            for _ in range(chance.randint(1, 4))
        ]
        return self.survey.instance(
            household,
            members=members,
            fibre=chance.choice(["1", "0", "8", None]),
            visit=chance.choice("1111125"),
            consent=chance.choice("11111112"),
            day=date(2026, 11, chance.randint(1, 3)),
            **details,
        )

    def approve_chains(self) -> None:
        """One interview about each household and one person of it, with edits; all approved."""
        for household in self.households:
            for of_a_person in (False, True):
                chain = Interview([])
                for _ in range(self.chance.randint(1, 3)):
                    ids = {"instance_id": new_id()}
                    if chain.versions:
                        ids["deprecated_id"] = chain.versions[-1][0]
                    xml = self.write_about(household, of_a_person, **ids)
                    chain.edit(ids["instance_id"], xml)
                chain.decide("approved", step=0)
                self.interviews.append(chain)

    def decide(self) -> None:
        if not self.interviews:
            return
        interview = self.chance.choice(self.interviews)
        state = self.chance.choice(["approved", "approved", "approved", "rejected", "received"])
        number = self.id_of(interview)
        with transaction():
            pipeline.decide(number, state, "why", self.reviewer)
        interview.decide(state, self.step)

    def prefer(self) -> None:
        if not self.interviews:
            return
        interview = self.chance.choice(self.interviews)
        number = self.id_of(interview)
        if interview.approved is None:
            with pytest.raises(Conflict), transaction():
                pipeline.prefer(number, self.reviewer)
            return
        with transaction():
            pipeline.prefer(number, self.reviewer)
        interview.preferred = self.step

    def id_of(self, interview: Interview) -> int:
        """What a reviewer has before them is processed."""
        self.process()
        found = driver().execute(
            "select id from instances where instance_id = %s", (interview.versions[0][0],)
        )
        [(number,)] = found.fetchall()
        db.session.rollback()
        return int(number)

    def read_again(self) -> None:
        forms = driver().execute("select id from forms").fetchall()
        db.session.rollback()
        with transaction():
            catalog.read_again(self.chance.choice(forms)[0])

    def process(self) -> None:
        while pipeline.process_inbox():
            pass

    def sum_up(self) -> None:
        pipeline.refresh_figures()


def begin(seed: int, policy: str) -> Story:
    survey = start_survey(policy=policy, households=3)
    programme.publish(survey.project.id, person_form(), OPERATOR)
    other = survey.add_village("Mook Trang")
    households = [*survey.ids, *survey.register(2, other)]
    with transaction():
        reviewer = people.actor("commune_reviewer", of=survey.project)
    return Story(survey, [survey.village, other], households, reviewer, random.Random(seed))


def standing(interviews: list[Interview]) -> dict[str, tuple[str, str, str | None]]:
    """By first instance: the state, the newest version and the approved one."""
    return {
        interview.versions[0][0]: (
            interview.state,
            interview.versions[-1][0],
            None if interview.approved is None else interview.versions[interview.approved][0],
        )
        for interview in interviews
    }


def stored_standing() -> dict[str, tuple[str, str, str | None]]:
    rows = driver().execute(
        "select f.instance_id, s.state, c.instance_id, a.instance_id from submissions s"
        " join instances f on f.id = s.id join instances c on c.id = s.current_pk"
        " left join instances a on a.id = s.approved_pk"
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows.fetchall()}


def check_books(story: Story) -> None:
    """The stored rows are those that follow from the model."""
    chains = [interview.chain(number) for number, interview in enumerate(story.interviews)]
    frames = {
        str(village.public_id): sum(h.startswith(village.public_id) for h in story.households)
        for village in story.villages
    }
    assert stored_standing() == standing(story.interviews)
    assert books.stored_sums() == books.sums(chains)
    assert books.stored_bases() == books.bases(chains, frames)


@pytest.mark.parametrize("seed", range(6))
def test_figures_are_those_of_the_books(app, seed):
    story = begin(seed, "hold-all")
    for _ in range(STEPS):
        story.go_on()
    pipeline.settle()
    check_books(story)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_makes_no_difference(app, seed, monkeypatch):
    """Edits may overtake what they edit, and batches be of any size."""
    story = begin(seed, "approve-unflagged")
    story.approve_chains()
    arriving = [xml for interview in story.interviews for _, xml in interview.versions]
    story.chance.shuffle(arriving)
    for xml in arriving:
        story.survey.post(xml)
        if story.chance.random() < 0.3:
            monkeypatch.setattr(pipeline, "BATCH", story.chance.choice([1, 2, 250]))
            pipeline.process_inbox()
    pipeline.settle()
    assert ledger.owed(driver()).parked == 0
    check_books(story)
