"""An indicator of two forms: who counts is who has both, whatever came and was decided first."""

import random
from datetime import date, timedelta

import pytest

from app import daily, pipeline, programme
from app.accounts.actors import OPERATOR
from app.clock import today
from app.db import db, driver, transaction
from app.i18n import in_language
from app.indicators import catalog, releases
from app.indicators.explain import explain, interviews_of
from app.indicators.queries import find_figures
from app.indicators.self_check import last_check
from app.indicators.wording import word
from app.rounds.models import Round
from app.samples.design import Design
from app.samples.queries import get_sample, households_of
from app.submissions.purge import purge
from app.xforms.problems import FormRefused
from tests import people, releasing
from tests.joined_forms import INDICATORS, SAFETY, safety_form, safety_xml, use_form, use_xml
from tests.survey import new_id, start_survey


@pytest.fixture
def survey(app):
    survey = start_survey(households=0)
    for form in (safety_form(), use_form()):
        programme.publish(survey.project.id, form, OPERATOR)
    survey.ids = survey.register(6)
    with transaction():
        survey.reviewer = people.actor("commune_reviewer", people.GIA_LAI, of=survey.project)
    return survey


def submission_of(instance_id):
    row = driver().execute(
        "select coalesce(root_id, id) from instances where instance_id = %s", (instance_id,)
    )
    [number] = row.fetchone()
    db.session.rollback()
    return number


def decide(survey, instance_id, state):
    with transaction():
        pipeline.decide(submission_of(instance_id), state, "vì", survey.reviewer)
    pipeline.settle()


def home(survey, household, adults, village=None):
    members = [(40, "2")] * adults
    survey.post(survey.instance(household, members=members, village=village))


def ask(survey, unit=None):
    unit = unit or survey.village
    return explain(OPERATOR, round_=survey.round, unit=unit, indicator="SAFE")


def test_who_lacks_one_of_two_forms_did_not_answer(survey):
    """Six households of two adults each; both forms of two of them, 1 yes and 1 no."""
    both, half = survey.ids[:2], survey.ids[2:4]
    for household in survey.ids:
        home(survey, household, 2)
    for household, locked in zip(both, "12", strict=True):
        survey.post(use_xml(survey, household))
        survey.post(safety_xml(survey, household, locked=locked))
    survey.post(use_xml(survey, half[0]))
    survey.send(safety_xml(survey, half[1]))
    figure = survey.figure("SAFE")
    assert (figure.n, figure.value) == (2, 0.5)
    # Two of six households answered and stand for all of them: two adults each.
    assert (figure.base.n, figure.base.expected) == (2, 6)
    assert (figure.numerator, figure.denominator) == (6, 12)
    assert sum(figure.missing.values()) == 0
    assert figure.status == "provisional"
    alone = survey.figure("NET")
    assert (alone.base.n, alone.n) == (3, 3)


def test_villages_count_by_their_households_not_by_their_pairs(survey):
    """10 of 10 pairs say no in one village; 1 of 5 households with both forms says yes elsewhere.

    (10 · 0 + 5 · 1) / (10 + 5); by the persons asked it would be 1 / 11, and with the four who
    lack the other form as "no" 1 / 15.
    """
    other = survey.add_village("Bi")
    ten = survey.register(10, survey.add_village("Ca"))
    for household in [*ten, *survey.register(5, other)]:
        village = household.rpartition("-")[0]
        home(survey, household, 1, village)
        survey.post(use_xml(survey, household, village=village))
    place = str(other.public_id)
    survey.post(safety_xml(survey, f"{place}-0001", locked="1", village=place))
    for household in ten:
        village = household.rpartition("-")[0]
        survey.post(safety_xml(survey, household, locked="2", village=village))
    pipeline.settle()
    [figure] = find_figures(
        OPERATOR, round_=survey.round, unit_id=people.unit(people.IA_DOM).id, level="commune",
        indicator="SAFE",
    )  # fmt: skip
    assert (figure.numerator, figure.denominator) == (5, 15)
    assert figure.base.villages_left_out == 1  # the first village has nobody


@pytest.mark.parametrize("other", [{"sex": "1"}, {"born": "1981"}, {"pick": "2"}])
def test_an_interview_with_somebody_else_is_no_partner(survey, other):
    household = survey.ids[0]
    home(survey, household, 2)
    survey.post(use_xml(survey, household))
    survey.send(safety_xml(survey, household, **other))
    figure = survey.figure("SAFE")
    assert (figure.n, figure.value, figure.base.n) == (0, None, 0)
    wanted = "no_partner" if "pick" in other else "other_person"
    assert ask(survey).tally.reasons == {wanted: 1}
    survey.send(safety_xml(survey, household, pick="1" if "pick" in other else "3"))
    assert survey.figure("SAFE").n == ("pick" in other)


def test_what_both_say_stands_behind_the_figure(survey):
    household = survey.ids[0]
    home(survey, household, 3)
    sent = new_id()
    survey.post(safety_xml(survey, household, locked="2", instance_id=sent))
    survey.post(use_xml(survey, household))
    survey.send(use_xml(survey, survey.ids[1]))
    found = ask(survey)
    assert found.tally.reasons == {"counted": 1, "no_household": 1}
    [(one, said)] = interviews_of(found, "counted", sort="place", start=0, limit=9)
    assert (one.household, one.adults, one.y, one.x) == (household, 3, 0, 1)
    assert one.partner_id == submission_of(sent)
    assert said == {"net_last": ["1"], "antoan#locked": ["2"]}
    with in_language("en"):
        assert word(found.indicator, found.definition).numerator == "“Locked” is “Yes”"
    assert [item.name for item in found.fields] == ["net_last", "antoan#locked"]


def test_taking_back_the_approval_of_the_other_form_changes_the_figure(survey):
    household, sent = survey.ids[0], new_id()
    home(survey, household, 1)
    survey.post(use_xml(survey, household))
    survey.send(safety_xml(survey, household, instance_id=sent))
    assert survey.figure("SAFE").value == 1
    decide(survey, sent, "received")
    assert survey.figure("SAFE").value is None
    assert survey.figure("SAFE").base.waiting == 1
    assert ask(survey).tally.reasons == {"no_partner": 1}
    decide(survey, sent, "approved")
    assert survey.figure("SAFE").value == 1


class Story:
    """Interviews with three forms at some households, as they stand in the end."""

    def __init__(self, survey, seed):
        self.survey, self.chance = survey, random.Random(seed)
        self.states = {}  # by household and form: its newest version, what counts, and the trash

    def write(self, household, form):
        chance = self.chance
        if form == "ho":
            adults = chance.randint(1, 4)
            return {"adults": adults}
        who = {"sex": chance.choice("1222"), "pick": chance.choice("1112")}
        if form == "dung":
            return {**who, "net": chance.choice("1128"), "last": chance.choice("1128")}
        return {**who, "phone": chance.choice("1128"), "locked": chance.choice("128")}

    def xml(self, household, form, said, **ids):
        if form == "ho":
            return self.survey.instance(household, members=[(40, "2")] * said["adults"], **ids)
        return {"dung": use_xml, "antoan": safety_xml}[form](self.survey, household, **said, **ids)

    def step(self):
        chance = self.chance
        household = chance.choice(self.survey.ids[:4])
        form = chance.choice(["ho", "dung", "antoan", "dung", "antoan"])
        known = self.states.get((household, form))
        if known is None or (known["trashed"] is None and chance.random() < 0.25):
            self.send(household, form, known)
        elif known["trashed"] is not None:
            with transaction():
                pipeline.restore(submission_of(known["id"]), OPERATOR)
            known["approved"], known["trashed"] = known["trashed"][0], None
        elif chance.random() < 0.15:
            with transaction():
                pipeline.throw_away(submission_of(known["id"]), "vì", OPERATOR)
            known["approved"], known["trashed"] = None, (known["approved"],)
        else:
            self.decide(known)
        if chance.random() < 0.3:
            pipeline.settle()

    def send(self, household, form, known):
        said, sent = self.write(household, form), new_id()
        before = known and known["last"]
        self.survey.post(self.xml(household, form, said, instance_id=sent, deprecated_id=before))
        while pipeline.process_inbox():
            pass
        state = known or {"id": sent, "trashed": None, "approved": None}
        state |= {"last": sent, "newest": said, "state": "edited" if known else "received"}
        self.states[household, form] = state

    def decide(self, known):
        state = self.chance.choice(["approved", "approved", "rejected", "received"])
        with transaction():
            pipeline.decide(submission_of(known["id"]), state, "vì", self.survey.reviewer)
        if (state, known["state"]) == ("rejected", "edited") and known["approved"] is not None:
            known["state"] = "approved"  # the edit is discarded
            return
        known["state"] = state
        known["approved"] = known["newest"] if state == "approved" else None

    def expected(self):
        """Persons with both forms, their n, and weighted sums, straight from what was said."""
        n = pairs = y = x = 0
        for household in self.survey.ids[:4]:
            told = [self.states.get((household, form)) for form in ("ho", "dung", "antoan")]
            said = [state and state["approved"] for state in told]
            if not all(said):
                continue
            adults, use, safety = said
            if any(use[name] != safety[name] for name in ("sex", "pick")):
                continue
            pairs += 1
            if use["net"] != "1" or use["last"] != "1":
                continue
            if safety["phone"] == "8" or (safety["phone"] == "1" and safety["locked"] == "8"):
                continue
            n += 1
            x += adults["adults"]
            y += adults["adults"] * (safety["phone"] == "1" and safety["locked"] == "1")
        return n, pairs, y / x if x else None


@pytest.mark.parametrize("seed", range(6))
def test_neither_order_nor_what_happened_between_matters(survey, seed):
    with transaction():
        db.session.merge(survey.round).review_policy = "hold-all"
    story = Story(survey, seed)
    for _ in range(60):
        story.step()
    pipeline.settle()
    figure = survey.figure("SAFE")
    n, pairs, value = story.expected()
    assert (figure.n, figure.base.n) == (n, pairs)
    assert figure.value == (None if value is None else pytest.approx(value))
    if pairs:
        assert figure.base.n == sum(
            number for reason, number in ask(survey).tally.reasons.items()
            if reason in {"counted", "missing", "outside"}
        )  # fmt: skip
    daily.check_figures(1.0)
    assert (last_check().drifted, last_check().passed_over) == (0, 0)


def test_reading_interviews_again_keeps_the_figure(survey):
    household = survey.ids[0]
    home(survey, household, 1)
    survey.post(use_xml(survey, household))
    survey.send(safety_xml(survey, household))
    with transaction():
        for name in ("antoan", "dung"):
            (form,) = driver().execute("select id from forms where xml_form_id = %s", (name,))
            catalog.read_again(form[0])
    pipeline.settle()
    assert survey.figure("SAFE").value == 1


def test_what_is_erased_says_nothing_any_more_with_anybody(survey):
    household, sent = survey.ids[0], new_id()
    home(survey, household, 1)
    survey.post(use_xml(survey, household))
    survey.send(safety_xml(survey, household, instance_id=sent))
    number = submission_of(sent)
    with transaction():
        pipeline.throw_away(number, "vì", OPERATOR)
    with transaction():
        purge(number, "người ấy muốn thế", OPERATOR)
    pipeline.settle()
    assert survey.figure("SAFE").n == 0
    assert driver().execute("select count(*) from pair_observations").fetchone() == (0,)


def test_another_meaning_is_tried_and_then_holds_for_pairs_that_are_here(survey):
    for household, locked in zip(survey.ids[:3], "122", strict=True):
        home(survey, household, 1)
        survey.post(use_xml(survey, household))
        survey.post(safety_xml(survey, household, locked=locked))
    survey.send(use_xml(survey, survey.ids[3]))
    changed = INDICATORS.replace("| SAFE | 1 ", "| SAFE | 2 ")
    changed = changed.replace("${antoan#locked} = '1'", "${antoan#locked} = '2'")
    changed = "\n".join(line for line in changed.splitlines() if "antoan#phone" not in line) + "\n"
    source = use_form(indicators=changed)
    tried = programme.preview(survey.project.id, source, survey.round).tried
    [row] = tried.rows
    assert (row.before.value, row.before.n) == (pytest.approx(1 / 3), 3)
    assert (row.after.value, row.after.n) == (pytest.approx(2 / 3), 3)
    assert (tried.interviews, row.changed) == (4, 3)
    programme.publish(survey.project.id, source, OPERATOR)
    pipeline.settle()
    figure = survey.figure("SAFE")
    assert (figure.version, figure.n, figure.value) == ("2", 3, pytest.approx(2 / 3))


def test_the_other_form_keeps_its_question_and_its_old_interviews_count_still(survey):
    without = safety_form("2", SAFETY.replace("locked ", "closed "))
    with pytest.raises(FormRefused, match="SAFE of the form dung joins this one"):
        programme.publish(survey.project.id, without, OPERATOR)
    programme.publish(survey.project.id, safety_form("2"), OPERATOR)
    for household, version in zip(survey.ids[:2], "12", strict=True):
        home(survey, household, 1)
        survey.post(use_xml(survey, household))
        survey.post(safety_xml(survey, household, version=version))
    pipeline.settle()
    assert survey.figure("SAFE").n == 2


def test_the_form_that_is_joined_is_published_first(app):
    survey = start_survey(households=0)
    with pytest.raises(FormRefused, match="no published form antoan"):
        programme.publish(survey.project.id, use_form(), OPERATOR)


def test_a_release_and_an_earlier_day_have_the_pairs_of_their_time(survey):
    for household in survey.ids[:6]:
        home(survey, household, 1)
        survey.post(use_xml(survey, household))
        survey.post(safety_xml(survey, household))
    pipeline.settle()
    with transaction():
        made = releasing.release(db.session.get_one(Round, survey.round.id), OPERATOR)
        version = made.version
    place = {"round_": survey.round, "unit_id": survey.village.id, "level": "village"}
    [given_out] = find_figures(
        OPERATOR, indicator="SAFE", release=releases.newest_release(survey.round.id), **place
    )
    assert (given_out.release, given_out.n, given_out.base.n) == (version, 6, 6)
    [before] = find_figures(OPERATOR, indicator="SAFE", as_of=date(2026, 10, 31), **place)
    assert before.n == 0
    [then] = find_figures(
        OPERATOR, indicator="SAFE", as_of=min(date(2026, 11, 2), today() - timedelta(1)), **place
    )
    assert (then.n, then.value) == (6, 1)


@pytest.mark.parametrize("design", [Design("simple", 6), Design("two-stage", 2, take=3)])
def test_a_sample_weighs_by_the_drawn_households_that_have_both(app, design):
    survey = start_survey(households=0)
    for form in (safety_form(), use_form()):
        programme.publish(survey.project.id, form, OPERATOR)
    places = [survey.village, survey.add_village("Bi")]
    for place in places:
        survey.register(6, place)
    with transaction():
        programme.draw_sample(
            db.session.merge(survey.round), design, "hạt", actor=OPERATOR
        )  # fmt: skip
    drawn = [one.household for one in households_of(get_sample(survey.round.id))]
    for number, household in enumerate(drawn):
        village = household.rpartition("-")[0]
        home(survey, household, 1 + number % 3, village)
        survey.post(use_xml(survey, household, village=village))
        if number:
            locked = "12"[number % 2]
            survey.post(safety_xml(survey, household, locked=locked, village=village))
    pipeline.settle()
    [figure] = find_figures(
        OPERATOR, round_=survey.round, unit_id=people.unit(people.IA_DOM).id, level="commune",
        indicator="SAFE",
    )  # fmt: skip
    assert (figure.n, figure.base.n, figure.base.expected) == (5, 5, 6)
    assert figure.se
    # Each of the six stands for two of twelve; of the five with both forms each for more.
    assert figure.denominator == pytest.approx(_weighted(drawn[1:], design))
    daily.check_figures(1.0)
    assert last_check().drifted == 0


def _weighted(households, design):
    """The adults for whom those with both forms stand."""
    adults = {household: 1 + number % 3 for number, household in enumerate(households, 1)}
    if design.kind == "simple":
        return 12 / 5 * sum(adults.values())
    villages = {household.rpartition("-")[0] for household in households}
    parts = [
        [n for h, n in adults.items() if h.startswith(village)] for village in sorted(villages)
    ]
    return sum(6 / len(part) * sum(part) for part in parts)
