"""The reviewers' queue: filters, paging by the last id, and the next interview to look at."""

import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.pipeline import decide, restore, throw_away
from app.review import newest
from app.review.newest import STATE_FILTERS, QueueFilter, count_queue
from app.review.queries import decisions_of, flags_of, next_waiting, review_queue
from app.submissions import search
from app.submissions.models import Instance, Submission
from tests import people
from tests.survey import new_id, start_survey


@pytest.fixture
def survey(app):
    survey = start_survey(policy="hold-all", households=5)
    for household in survey.ids:
        survey.send(survey.instance(household))
    return survey


@pytest.fixture
def lead(survey):
    with transaction():
        return people.actor("commune_lead", people.IA_DOM, of=survey.project)


def ids():
    return [row.id for row in db.session.query(Submission.id).order_by(Submission.id)]


def asked(survey, **more):
    return QueueFilter(survey.project.id, people.unit(people.IA_DOM).id, **more)


def found(survey, actor=OPERATOR, **more):
    return [item.id for item in review_queue(actor, asked(survey, **more)).items]


def test_a_line_says_what_a_reviewer_needs(survey, lead):
    line = review_queue(lead, asked(survey)).items[0]

    assert line.id == max(ids())
    assert line.state == "received"
    assert line.xml_form_id == "ho"
    assert line.unit.id == survey.village.id
    assert line.household == survey.ids[-1]
    assert line.sent_by == survey.phone.name
    assert line.outcome == "complete"
    assert line.flags == ()


def test_pages_follow_one_another_without_gaps_and_repeats(survey):
    seen, before = [], None
    while True:
        page = review_queue(OPERATOR, asked(survey), before=before, limit=2)
        seen += [item.id for item in page.items]
        before = page.next_before
        if before is None:
            break

    assert seen == sorted(ids(), reverse=True)


def test_a_page_that_is_just_full_is_the_last(survey):
    assert review_queue(OPERATOR, asked(survey), limit=5).next_before is None


def test_states_filter_the_list_and_its_count(survey, lead):
    first, second, *_ = ids()
    with transaction():
        decide(first, "approved", None, lead)
        decide(second, "rejected", "Nhầm hộ", lead)

    assert found(survey, state="approved") == [first]
    assert found(survey, state="rejected") == [second]
    assert len(found(survey, state="waiting")) == 3
    assert count_queue(OPERATOR, asked(survey, state="waiting")) == 3
    assert found(survey, state="edited") == []
    assert set(STATE_FILTERS["waiting"]) == {"received", "edited"}


def test_doubtful_ones_can_be_asked_for(survey):
    survey.send(survey.instance("T-00000-0001"))
    doubtful = max(ids())

    assert found(survey, flagged=True) == [doubtful]
    assert doubtful not in found(survey, flagged=False)
    assert [flag.code for flag in flags_of(doubtful)] == ["unknown-household"]


def test_a_place_holds_what_lies_below_it_unless_asked_for_itself(survey):
    survey.send(survey.instance(survey.ids[0], village="T-00000"))
    lost = max(ids())

    assert lost in found(survey)  # filed at its commune
    assert found(survey, itself=True) == [lost]


def test_forms_and_projects_are_told_apart(survey):
    form_id = db.session.query(Submission.form_id).first()[0]

    assert len(found(survey, form_id=form_id)) == 5
    assert found(survey, form_id=form_id + 1) == []
    other = QueueFilter(survey.project.id + 1, people.unit(people.IA_DOM).id)
    assert review_queue(OPERATOR, other).items == []


def test_nothing_of_another_territory_is_listed_counted_or_next(survey):
    with transaction():
        stranger = people.actor("commune_lead", people.PLEIKU, of=survey.project)

    assert found(survey, stranger) == []
    assert count_queue(stranger, asked(survey)) == 0
    assert next_waiting(stranger, asked(survey), after=ids()[0]) is None


def test_the_next_one_is_older_then_the_queue_starts_again(survey, lead):
    first, second, third, *_ = ids()
    waiting = asked(survey, state="waiting")

    assert next_waiting(lead, waiting, after=third) == second
    assert next_waiting(lead, waiting, after=first) == max(ids())
    with transaction():
        for submission_id in ids():
            decide(submission_id, "approved", None, lead)
    assert next_waiting(lead, waiting, after=first) is None


def test_decisions_tell_who_and_why_in_order(survey, lead):
    first = ids()[0]
    with transaction():
        decide(first, "rejected", "Nhầm hộ", lead)
        decide(first, "approved", None, lead)

    assert [(d.state, d.reason, d.decided_by) for d in decisions_of(first)] == [
        ("rejected", "Nhầm hộ", lead.name),
        ("approved", None, lead.name),
    ]


def test_an_edit_shows_its_own_village_and_waits_again(survey, lead):
    original = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=original))
    submission_id = max(ids())
    with transaction():
        decide(submission_id, "approved", None, lead)
    survey.send(survey.instance(survey.ids[1], deprecated_id=original))

    line = next(i for i in review_queue(lead, asked(survey)).items if i.id == submission_id)
    assert (line.state, line.household) == ("edited", survey.ids[1])


def test_an_interview_is_found_by_what_is_at_hand(survey):
    first, *_, last = ids()
    xml_id = db.session.scalar(select(Instance.instance_id).where(Instance.id == first))
    edit = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=edit, deprecated_id=xml_id))
    surveyor = survey.phone

    for text in (str(first), f"#{first}", xml_id, xml_id.removeprefix("uuid:").upper(), edit):
        assert found(survey, text=text) == [first], text
    assert found(survey, text=survey.ids[-1]) == [last]
    assert found(survey, text=survey.ids[-1].lower()) == [last]
    assert found(survey, text=survey.ids[-1][:-1]) == ids()[::-1]
    for text in ("ro cham", surveyor.username, surveyor.enumerator_code):
        assert found(survey, text=text) == ids()[::-1], text
    for text in ("9" * 19, "0", new_id(), "nobody", "%", "\\", "T-99999"):
        assert found(survey, text=text) == [], text


def test_more_than_can_be_counted_is_said_to_be_more(survey):
    assert count_queue(OPERATOR, asked(survey), most=4) == 5
    assert count_queue(OPERATOR, asked(survey), most=3) == 4


@pytest.mark.parametrize("few", [0, 1000])
def test_a_list_is_the_same_whichever_way_it_is_found(survey, lead, monkeypatch, few):
    """From the newest of each place or from all; by what a surveyor sent, or by who sent each."""
    monkeypatch.setattr(newest, "FEW_PLACES", few)
    monkeypatch.setattr(search, "FEW", few)
    survey.send(survey.instance("T-00000-0001"))
    *_, last, doubtful = ids()
    with transaction():
        decide(last, "approved", None, lead)

    assert found(survey, lead) == ids()[::-1]
    assert found(survey, lead, flagged=True) == [doubtful]
    assert found(survey, lead, flagged=True, state="approved") == []
    assert found(survey, lead, state="approved") == [last]
    assert found(survey, lead, text=survey.phone.username, state="waiting", flagged=False) == [
        one for one in ids()[::-1] if one not in {last, doubtful}
    ]
    second = review_queue(lead, asked(survey), before=last, limit=2).items
    assert [item.id for item in second] == ids()[-3:-5:-1]


def test_doubts_are_those_of_the_newest_version_also_after_the_trash(survey):
    original = new_id()
    survey.send(survey.instance("T-00000-0001", instance_id=original))
    doubtful = max(ids())
    with transaction():
        throw_away(doubtful, "Nhầm", OPERATOR)
    assert found(survey, flagged=True) == []
    with transaction():
        restore(doubtful, OPERATOR)
        throw_away(min(ids()), "Nhầm", OPERATOR)
    assert found(survey, flagged=True) == [doubtful]

    survey.send(survey.instance(survey.ids[0], deprecated_id=original))

    assert found(survey, flagged=True) == []
    assert doubtful in found(survey, flagged=False)
