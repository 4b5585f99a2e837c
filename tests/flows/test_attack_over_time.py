"""An attacker who keeps all releases, and reads them again under other boundaries."""

import psycopg
import pytest

from app import pipeline, programme, regrouping
from app.accounts.actors import OPERATOR
from app.clock import today
from app.db import driver, transaction
from app.errors import Conflict
from app.indicators import hiding, releases
from app.indicators.disclosure import Rule
from app.indicators.frozen_places import ELSEWHERE, FIND
from app.indicators.queries import find_figures
from app.indicators.release_queries import get_release
from app.org_units.changes import Decision, Newcomer
from tests import people, releasing
from tests.pages.browsing import Browser
from tests.survey import (
    HOUSEHOLD_FORM,
    household_form,
    new_id,
    person_form,
    person_xml,
    start_survey,
)

BY_SIZE = HOUSEHOLD_FORM.replace("| FIBRE | 1 ", "| FIBRE | 2 ").replace(
    "| numerator          |\n", "| numerator          | by   |\n"
).replace(
    "${fibre} = '1'     |\n", "${fibre} = '1'     | size |\n"
).replace(
    "| missing |",
    "| breakdowns |\n| | name | expression | label |\n"
    "| | size | if(${n15} = 1, 'one', 'more') | Size |\n| missing |",
)  # fmt: skip
DECISION = Decision(today(), "NQ 1")


@pytest.fixture
def survey(app):
    """Four villages of a commune with 20 households each."""
    survey = start_survey(households=20)
    others = [survey.add_village(name) for name in ("Mook Trang", "Bi", "Ia Mút")]
    survey.villages = [survey.village, *others]
    survey.homes = [survey.ids, *(survey.register(20, v) for v in survey.villages[1:])]
    with transaction():
        releases.set_rule(survey.project.id, Rule(smallest_n=0), OPERATOR)
        survey.outsider = people.actor("api_client", people.GIA_LAI, of=survey.project)
        survey.insider = people.actor("commune_reviewer", of=survey.project)
    return survey


def visit(survey, village, first, last, **said):
    place = str(survey.villages[village].public_id)
    for household in survey.homes[village][first:last]:
        survey.post(survey.instance(household, village=place, **said))
    pipeline.settle()


def release(survey):
    with transaction():
        return releasing.release(survey.round, OPERATOR)


def days_pass():
    with transaction():
        driver().execute("update releases set released_at = released_at - interval '3 days'")


def ask(survey, level="village", reader=None, version=None, by="", code="FIBRE"):
    """How many were asked, by place and group; a reason where that is withheld."""
    found = find_figures(
        reader or survey.outsider,
        round_=survey.round,
        unit_id=people.unit(people.IA_DOM).id,
        level=level,
        indicator=code,
        by=by,
        release=version and get_release(survey.round.id, version),
    )
    named = {
        f.unit_name if not by else (f.unit_name, f.breakdown_value): f.suppressed or f.n
        for f in found
    }
    return {name: "withheld" if n in {"small", "complement"} else n for name, n in named.items()}


def test_a_village_that_was_withheld_is_not_what_its_merger_adds_to_the_other_one(survey):
    """3 and 12 become 15: who knew the 12 would subtract them."""
    for village, size in enumerate((3, 11, 12, 13)):
        visit(survey, village, 0, size)
    release(survey)
    assert ask(survey) == {"Bi": 12, "Ia Mút": 13, "Mook Đen": "withheld", "Mook Trang": "withheld"}

    days_pass()
    merging = [survey.villages[0].id, survey.villages[2].id]
    with transaction():
        regrouping.merge(merging, Newcomer("Bi Mook", "làng"), DECISION)
    pipeline.settle()
    release(survey)
    assert ask(survey)["Bi Mook"] == "withheld"
    assert ask(survey, reader=survey.insider)["Bi Mook"] == 15
    assert ask(survey, "commune") == {"Ia Dom": "margin"}


def test_the_first_interviews_of_a_merged_village_are_not_told(survey):
    """12 and 13 were told; of 27 there are two more."""
    for village, size in enumerate((12, 13, 14, 15)):
        visit(survey, village, 0, size)
    release(survey)
    days_pass()
    with transaction():
        merging = [village.id for village in survey.villages[:2]]
        (made,) = regrouping.merge(merging, Newcomer("Mook", "làng"), DECISION).made
        survey.villages.append(made)
    survey.homes.append(survey.homes[0][18:] + survey.homes[1][13:])
    visit(survey, 4, 0, 2)
    release(survey)
    assert ask(survey)["Mook"] == "withheld"

    visit(survey, 4, 2, 7)
    release(survey)
    assert ask(survey)["Mook"] == 32


def test_boundaries_that_are_entered_late_do_not_open_a_release(survey):
    """It was decided for other places what is withheld; these are told with the next release."""
    for village, size in enumerate((3, 11, 12, 13)):
        visit(survey, village, 0, size)
    release(survey)
    with transaction():
        merging = [survey.villages[0].id, survey.villages[2].id]
        merged = regrouping.merge(merging, Newcomer("Bi Mook", "làng"), DECISION)
    pipeline.settle()
    assert ask(survey)["Bi Mook"] == "not_released"
    assert ask(survey, "commune") == {"Ia Dom": "margin"}

    release(survey)
    assert ask(survey, version=1)["Bi Mook"] == "not_released"
    assert ask(survey)["Bi Mook"] == "withheld"
    with pytest.raises(Conflict, match="given out"), transaction():
        regrouping.take_back(merged.event.id, "operator")


def test_a_village_that_moves_late_leaves_what_was_given_out_of_its_communes(survey):
    for village, size in enumerate((3, 11, 12, 13)):
        visit(survey, village, 0, size)
    release(survey)
    with transaction():
        moved = regrouping.move(survey.villages[1].id, people.unit(people.PLEIKU).id, DECISION)
    assert ask(survey, "commune") == {"Ia Dom": "not_released"}
    with transaction():
        regrouping.take_back(moved.event.id, "operator")
    assert ask(survey, "commune") == {"Ia Dom": "margin"}


@pytest.fixture
def questions(monkeypatch):
    """The texts of what the database is asked."""
    asked, execute = [], psycopg.Cursor.execute

    def note(cursor, query, *args, **options):
        asked.append(str(query))
        return execute(cursor, query, *args, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", note)
    return asked


def test_what_a_release_withholds_is_one_question(survey, questions):
    """Also where boundaries were entered just before, or elsewhere: they are compared once."""
    with transaction():
        elsewhere = [people.village(name, "00004") for name in ("Ba", "Đình")]
    for village, size in enumerate((3, 11, 12, 13)):
        visit(survey, village, 0, size)
    with transaction():
        merging = [village.id for village in survey.villages[:2]]
        regrouping.merge(merging, Newcomer("Mook", "làng"), DECISION)
    pipeline.settle()
    release(survey)

    def count(reader):
        ask(survey, reader=reader, version=1)  # who reads for the first time has rights looked up
        questions.clear()
        ask(survey, reader=reader, version=1)
        assert not any("instances" in question for question in questions)
        return len(questions)

    assert "not_released" not in ask(survey).values()
    assert count(survey.outsider) == count(survey.insider) + 1
    with transaction():
        regrouping.merge([one.id for one in elsewhere], Newcomer("Ba Đình", "tổ dân phố"), DECISION)
    questions.clear()
    ask(survey, reader=survey.outsider, version=1)
    assert ELSEWHERE not in questions
    with transaction():
        regrouping.move(survey.villages[2].id, people.unit(people.PLEIKU).id, DECISION)
    assert ask(survey, "commune") == {"Ia Dom": "not_released"}
    assert ELSEWHERE in questions
    assert count(survey.outsider) == count(survey.insider) + 1


def test_how_places_lay_in_earlier_releases_is_read_once_and_let_go(survey, questions):
    for first in (0, 6, 12):
        visit(survey, 0, first, first + 6)
        questions.clear()
        made = release(survey)
    assert made.version == 3
    assert questions.count(FIND) == 3
    assert hiding._known.cache_info().currsize == 0


def test_a_commune_that_was_made_since_has_no_page_of_figures_yet(survey, app):
    """The release that is read knows the two that it was made of."""
    visit(survey, 0, 0, 12)
    release(survey)
    days_pass()
    communes = [people.unit(code).id for code in (people.IA_DOM, people.PLEIKU)]
    with transaction():
        into = Newcomer("Ia Dom Mới", "xã", code="99999")
        effects = regrouping.merge(communes, into, DECISION)
        people.person("api_client", people.GIA_LAI, of=survey.project, username="outsider")
    browser = Browser(app.test_client())
    browser.sign_in("outsider")
    made = effects.made[0].id
    assert browser.client.get(f"/communes/{made}").status_code == 200
    assert browser.client.get(f"/communes/{made}/indicators/FIBRE").status_code == 404
    with transaction():
        regrouping.take_back(effects.event.id, "operator")


def test_one_more_in_a_group_is_not_the_difference_of_two_releases(survey):
    """Five more households are enough for the village, of which one is of one person."""
    programme.publish(survey.project.id, household_form("2", BY_SIZE), OPERATOR)
    survey.version = "2"
    two = [(40, "2"), (41, "2")]
    for village in range(4):
        visit(survey, village, 0, 6)
        visit(survey, village, 6, 12, members=two)
    release(survey)
    first = ask(survey, by="size")
    assert (first["Bi", "one"], first["Bi", "more"]) == (6, 6)

    visit(survey, 2, 12, 13, fibre="0")
    visit(survey, 2, 13, 18, members=two)
    release(survey)
    second = ask(survey, by="size")
    assert (second["Bi", "one"], second["Bi", "more"]) == ("withheld", "withheld")
    assert ask(survey)["Bi"] == 18  # six more: enough
    assert second["Mook Trang", "one"] == 6
    assert ask(survey, by="size", version=1) == first

    # When five have come since the first release, and none or five since the second, all is told.
    visit(survey, 2, 18, 20)
    assert release(survey) is None


def test_one_more_adult_of_a_household_is_not_the_difference_of_two_releases(survey):
    """The one who was asked there stands for two now; nobody else was asked anew."""
    programme.publish(survey.project.id, person_form(), OPERATOR)
    first = new_id()
    place = str(survey.villages[2].public_id)
    household = survey.homes[2][0]
    survey.post(survey.instance(household, village=place, instance_id=first))
    for village, homes in enumerate(survey.homes):
        visit(survey, village, 1 if village == 2 else 0, 10)
        at = str(survey.villages[village].public_id)
        for home in homes[:6]:
            survey.post(person_xml(survey, home, village=at))
    pipeline.settle()
    release(survey)
    before = ask(survey, code="NET")
    assert before["Bi"] == 6

    two = [(40, "2"), (41, "2")]
    survey.post(survey.instance(household, village=place, members=two, deprecated_id=first))
    visit(survey, 2, 10, 15)
    release(survey)
    assert ask(survey)["Bi"] == 15
    assert ask(survey, code="NET") == before | {"Bi": "withheld"}
    assert ask(survey, code="NET", version=1) == before


def test_what_is_taken_back_leaves_no_difference_to_an_earlier_release(survey):
    """Six more, and five of them gone again: one is left that the first release had not."""
    for village in range(4):
        visit(survey, village, 0, 12)
    release(survey)
    visit(survey, 1, 12, 18)
    release(survey)
    assert ask(survey)["Mook Trang"] == 18
    _reject(survey, survey.homes[1][12:17])
    assert release(survey) is None

    _reject(survey, survey.homes[1][17:18])
    release(survey)
    assert ask(survey)["Mook Trang"] == 12


def test_what_is_withheld_stays_so_when_a_village_is_again_as_it_was(survey):
    """The village that covers the small one up is the same in the first and the third release."""
    for village, size in enumerate((3, 10, 12, 13)):
        visit(survey, village, 0, size)
    release(survey)
    assert ask(survey)["Mook Trang"] == "withheld"
    visit(survey, 1, 10, 16)
    release(survey)
    _reject(survey, survey.homes[1][10:16])
    visit(survey, 2, 12, 17)
    release(survey)
    assert ask(survey)["Mook Trang"] == "withheld"


def _reject(survey, households):
    found = driver().execute(
        "select s.id from submissions s join interviews i on i.instance_pk = s.approved_pk"
        " where i.household = any(%s)",
        (households,),
    )
    with transaction():
        for (submission_id,) in found.fetchall():
            pipeline.decide(submission_id, "rejected", "đếm hai lần", survey.insider)
    pipeline.settle()
