"""A commune's card from the computed points to the province's, with every change on record."""

import io
from datetime import timedelta
from fractions import Fraction

import pytest

from app.accounts.actors import user_actor
from app.clock import today
from app.db import db, transaction
from app.errors import BadRequest, Conflict, NotAllowed, NotFound, TooLarge
from app.scorecards import cards, evidence, workflow, writing
from app.scorecards.card import Card, CardLine, Entry
from app.scorecards.definitions import Criterion
from app.scorecards.granted import find_granted_ranking
from app.scorecards.history import acts_on
from app.scorecards.points import shown
from app.scorecards.scores import Line
from tests import people
from tests.scorecards.small import publish
from tests.survey import start_survey

PDF = b"%PDF-1.7 a decision"


class Story:
    """A commune with figures, its people, and the province's."""

    def __init__(self, due_on=""):
        self.survey = start_survey(households=4)
        for household, fibre in zip(self.survey.ids, "1100", strict=True):
            self.survey.send(self.survey.instance(household, fibre=fibre))
        self.scorecard = publish(self.survey.project.id, due_on=due_on)
        self.commune = people.unit(people.IA_DOM)
        with transaction():
            who = [
                ("reviewer", "commune_reviewer", people.IA_DOM),
                ("lead", "commune_lead", people.IA_DOM),
                ("analyst", "province_analyst", people.GIA_LAI),
                ("neighbour", "commune_lead", people.PLEIKU),
                ("auditor", "auditor", people.GIA_LAI),
            ]
            made = {
                name: people.person(role, place, of=self.survey.project, username=f"{name}.x").id
                for name, role, place in who
            }
        self.people = {name: user_actor(user_id) for name, user_id in made.items()}

    @property
    def where(self):
        return cards.Where(self.scorecard, self.survey.round, self.commune)

    def card(self, who="lead"):
        return cards.find_card(self.people[who], self.where)

    def write(self, code, who="reviewer", **said):
        with transaction():
            writing.write(self.people[who], self.where, code, **said)

    def grant(self, code, points, remark="", who="analyst"):
        with transaction():
            writing.grant(self.people[who], self.where, code, points=points, remark=remark)

    def step(self, name, who="lead", **said):
        with transaction():
            return workflow.advance(self.people[who], self.where, name, **said)

    def attach(self, code="D", name="quyết định.pdf", content=PDF, who="lead"):
        with transaction():
            file = io.BytesIO(content)
            return evidence.attach(self.people[who], self.where, code, name=name, content=file).id

    def complete(self):
        """Writes what is needed to hand the card in."""
        self.write("C", reported="1")
        self.write("D", reported="yes")
        self.attach()
        self.write("A", own="15", explanation="Có 12 hộ chưa kịp nhập")
        for name in ("review", "explain", "submit"):
            self.step(name)


@pytest.fixture
def story(app):
    return Story()


def test_the_whole_way(story):
    assert story.card().card.state == "computed"
    story.complete()
    found = story.card()

    # Computed 12.5 + 10 + 5 + 10; the commune says 15 instead of 12.5.
    assert (found.score.points, found.card.claimed) == (Fraction("37.5"), 40)
    story.grant("A", "13,25", "Chỉ 9 hộ có hợp đồng")
    assert story.step("appraise", "analyst") == "appraised"
    found = story.card()
    assert (found.card.state, found.card.granted) == ("appraised", Fraction("38.25"))
    assert found.score.points == Fraction("37.5")  # what was computed stays what it was


def test_every_change_is_on_record_with_what_was(story):
    story.write("A", own="15", explanation="x")
    story.write("A", own="15", explanation="x")  # nothing new
    story.write("A", own="", explanation="y", who="lead")
    story.step("review")
    record = story.card().record
    newest, second, first = acts_on(record)

    assert (newest.action, newest.changes) == (
        "scorecard.reviewed", [("state", "computed", "reviewed")],
    )  # fmt: skip
    assert (second.who, second.criterion) == ("lead.x", "A")
    assert second.changes == [("own", "15.00", None), ("explanation", "x", "y")]
    assert first.changes == [("own", None, "15.00"), ("explanation", None, "x")]
    assert [act.criterion for act in acts_on(record, "A")] == ["A", "A"]
    assert acts_on(None) == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"own": "21"}, "at most 20.00 points"),
        ({"own": "x"}, "Write points as a number from 0 to 20.00"),
        ({"own": "-1"}, "Write points as a number"),
        ({"own": "75 %"}, "Write points as a number"),
        ({"own": "1.2345"}, "at most two decimals"),
        ({"reported": "3"}, "The survey measures this"),
        ({"explanation": "x" * 4001}, "too long"),
    ],
)
def test_what_cannot_be_written_is_refused_in_words(story, said, why):
    with pytest.raises(BadRequest, match=why):
        story.write("A", **said)
    assert story.card().record is None


def test_a_card_goes_on_only_when_every_line_is_complete(story):
    story.step("review")
    assert story.card().card.lacks() == {"C": ["not_reported"], "D": ["not_reported"]}
    with pytest.raises(Conflict, match="C, D"):
        story.step("explain")
    story.write("C", reported="0")
    story.write("D", reported="yes")
    story.write("B", own="9")
    assert story.card().card.lacks() == {"B": ["unexplained"], "D": ["no_evidence"]}
    story.write("B", own="10,00")  # printed like the computed points: nothing to explain
    story.attach()
    assert story.step("explain") == "explained"
    story.write("B", own="")
    assert story.card().card.state == "reviewed"


def test_steps_are_taken_in_order_and_by_those_who_may(story):
    for name in ("explain", "submit", "appraise", "return"):
        with pytest.raises(Conflict, match="moved on"):
            story.step(name, "analyst" if name in {"appraise", "return"} else "lead", reason="x")
    with pytest.raises(NotFound):
        story.step("burn")
    for name, who in (("review", "analyst"), ("review", "neighbour"), ("review", "auditor")):
        with pytest.raises(NotAllowed):
            story.step(name, who)
    story.complete()
    with pytest.raises(NotAllowed):
        story.step("return", "lead", reason="x")
    with pytest.raises(NotAllowed):
        story.grant("A", "1", "x", who="lead")


def test_a_reviewer_prepares_and_the_lead_hands_in(story):
    story.write("C", reported="1")
    story.write("D", reported="no")
    for name in ("review", "explain"):
        story.step(name, "reviewer")
    with pytest.raises(NotAllowed):
        story.step("submit", "reviewer")
    assert story.step("submit") == "submitted"


def test_a_card_that_is_handed_in_stands_still(story):
    story.complete()
    before = story.card().score.points
    story.survey.send(
        story.survey.instance(story.survey.register(1, story.survey.add_village("Ia Mút"))[0])
    )
    with pytest.raises(Conflict, match="handed in"):
        story.write("A", own="1", explanation="x")
    with pytest.raises(Conflict, match="handed in"):
        story.attach()
    with pytest.raises(Conflict, match="handed in"), transaction():
        evidence.detach(story.people["lead"], cards.files_of(story.card().record.id)[0].id)
    assert story.card().score.points == before
    story.step("return", "analyst", reason="Thiếu hợp đồng")
    assert story.card().score.points != before
    story.write("A", own="1", explanation="x")


def test_the_province_explains_what_it_changes(story):
    with pytest.raises(Conflict, match="not handed this card in"):
        story.grant("A", "1", "x")
    story.complete()
    with pytest.raises(BadRequest, match="write a remark"):
        story.grant("A", "14")
    story.grant("A", "15,00")  # the commune's
    story.grant("C", "0", "Không có biên bản")
    with pytest.raises(BadRequest, match="Write why"):
        story.step("return", "analyst")


def test_nothing_is_appraised_without_points_everywhere(story):
    story.scorecard = publish(story.survey.project.id, version=2)
    line = Line(
        Criterion("X", {}, Fraction(5), "proportional", indicator="NIX"), missing="no_indicator"
    )
    card = Card((CardLine(line),), "submitted")

    assert card.without_points() == ["X"]
    assert Card((CardLine(line, Entry(appraised=Fraction(0))),), "submitted").without_points() == []


def test_the_deadline_locks_and_the_province_gives_time(app):
    story = Story(due_on=(today() - timedelta(1)).isoformat())
    with pytest.raises(Conflict, match="The last day was"):
        story.write("C", reported="1")
    with pytest.raises(Conflict, match="The last day was"):
        story.step("review")
    with transaction():
        workflow.extend(story.people["analyst"], story.where, today(), "lũ lụt")
    story.complete()
    story.card().record.due_on = today() - timedelta(1)
    db.session.commit()
    with pytest.raises(BadRequest, match="not past"):
        story.step("return", "analyst", reason="x")
    story.step("return", "analyst", reason="x", due_on=today())
    assert story.card().card.is_open(today())
    act = next(act for act in acts_on(story.card().record) if act.action == "scorecard.extended")
    assert ("reason", None, "lũ lụt") in act.changes


@pytest.mark.parametrize(
    ("day", "reason"), [(None, "x"), (timedelta(-1), "x"), (timedelta(1), " ")]
)
def test_time_is_given_until_a_day_and_for_a_reason(story, day, reason):
    until = None if day is None else today() + day
    with pytest.raises(BadRequest), transaction():
        workflow.extend(story.people["analyst"], story.where, until, reason)


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("x.exe", b"MZ", BadRequest),
        ("x.pdf", b"MZ", BadRequest),
        ("x.html", b"<html>", BadRequest),
        ("x.svg", b"<svg/>", BadRequest),
        ("x", PDF, BadRequest),
        ("x.pdf", b"", BadRequest),
        ("x.pdf", b"%PDF-" + bytes(evidence.LARGEST), TooLarge),
    ],
)
def test_only_documents_and_pictures_of_a_size_prove_anything(story, name, content, refusal):
    with pytest.raises(refusal):
        story.attach(name=name, content=content)


def test_files_come_and_go_and_are_for_those_who_may_see_them(story):
    file_id = story.attach(name="Ảnh\x07 họp.JPG", content=b"\xff\xd8\xff\xe0")
    for who in ("reviewer", "analyst", "auditor"):
        assert evidence.get_file(story.people[who], file_id).name == "Ảnh họp.jpg"
    with pytest.raises(NotFound):
        evidence.get_file(story.people["neighbour"], file_id)
    with pytest.raises(NotAllowed), transaction():
        evidence.detach(story.people["auditor"], file_id)
    with transaction():
        evidence.detach(story.people["reviewer"], file_id)
    with pytest.raises(NotFound):
        evidence.get_file(story.people["lead"], file_id)
    removed, added = acts_on(story.card().record)
    assert (removed.action, removed.changes) == (
        "scorecard.file_removed", [("file", "Ảnh họp.jpg", None)],
    )  # fmt: skip
    assert added.action == "scorecard.file_added"


def test_a_criterion_has_a_few_files_at_most(story):
    for number in range(evidence.MOST):
        story.attach(content=PDF + bytes([number]))
    with pytest.raises(BadRequest, match="at most 10 files"):
        story.attach()


def test_a_new_version_takes_open_cards_along(story):
    story.write("C", reported="1")
    newer = publish(story.survey.project.id, version=2, meetings=30)
    found = story.card()

    assert (found.scorecard.id, shown(found.card.line("C").line.points)) == (
        newer.id,
        shown(Fraction(5)),
    )
    story.scorecard = newer
    story.complete()
    publish(story.survey.project.id, version=3)
    assert story.card().scorecard.id == newer.id  # handed in: as it was


def test_communes_are_ranked_by_what_was_granted(story):
    _, ranking = find_granted_ranking(story.people["analyst"], story.scorecard, story.survey.round)
    assert ranking.ranked == ()
    story.complete()
    story.grant("A", "13", "x")
    story.step("appraise", "analyst")
    _, ranking = find_granted_ranking(story.people["analyst"], story.scorecard, story.survey.round)
    (only,) = ranking.ranked

    # 13 and three lines as they were: of the survey's errors only the smartphones' is left.
    assert (only.score.unit_id, only.score.points) == (story.commune.id, 38)
    assert only.score.line("A").error == 0
    _, elsewhere = find_granted_ranking(
        story.people["neighbour"], story.scorecard, story.survey.round
    )
    assert (elsewhere.ranked, elsewhere.size) == ((), 1)
