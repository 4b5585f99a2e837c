"""What a release changes, before it is made and after: the same, and no figure is passed over."""

from dataclasses import replace

import pytest

from app import pipeline
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.errors import NotAllowed
from app.indicators import excerpt, releases
from app.indicators.disclosure import Rule
from app.indicators.excerpt import Choice, preview
from app.indicators.release_queries import get_release
from app.indicators.restated import restated
from app.indicators.touched import all_places
from app.rounds.models import Round
from tests import people, releasing
from tests.survey import start_survey


@pytest.fixture
def survey(app):
    """Twelve households in each of two villages of Ia Dom and one of Pleiku."""
    survey = start_survey(households=12)
    survey.villages = [survey.village, survey.add_village("Bi")]
    survey.villages.append(survey.add_village("Plei Ốp", people.PLEIKU))
    survey.homes = [survey.ids, *(survey.register(12, v) for v in survey.villages[1:])]
    with transaction():
        releases.set_rule(survey.project.id, Rule(threshold=3, smallest_n=0), OPERATOR)
        survey.outsider = people.actor("api_client", people.GIA_LAI, of=survey.project)
        survey.insider = people.actor("province_analyst", people.GIA_LAI, of=survey.project)
    return survey


def visit(survey, village, first, last, fibre="1"):
    place = survey.villages[village]
    there = replace(survey, commune_code=(people.IA_DOM, people.IA_DOM, people.PLEIKU)[village])
    for household in survey.homes[village][first:last]:
        survey.post(there.instance(household, fibre=fibre, village=str(place.public_id)))
    pipeline.settle()


def the_round(survey):
    return db.session.get_one(Round, survey.round.id)


def look(survey, choice=None, **how):
    with transaction():
        return preview(the_round(survey), survey.insider, choice or Choice(), **how)


def give_out(survey, **how):
    with transaction():
        return releasing.release(the_round(survey), OPERATOR, **how).version


def told(changes):
    """By place and indicator: value and answers, before and after."""
    return {
        (change.after.unit_name, change.after.indicator): tuple(
            figure and (figure.value, figure.n, figure.se, figure.suppressed)
            for figure in (change.before, change.after)
        )
        for change in changes
    }


def everything(survey, reader, version):
    """The same of all places, however sure it is that nothing changed there."""
    made = get_release(survey.round.id, version)
    places = all_places(reader, the_round(survey), made)
    return told(restated(reader, the_round(survey), made, places=places))


def in_pages(survey, reader, made):
    """The same, a place at a time."""
    start, found = 0, []
    while start is not None:
        more, start = excerpt.changes_from(reader, the_round(survey), made, start, 1)
        assert len({change.after.unit_id for change in more}) == 1 or start is None
        found += more
    return found


def test_a_preview_shows_what_the_release_then_says(survey):
    visit(survey, 0, 0, 8)
    visit(survey, 1, 0, 5, fibre="0")
    first = look(survey).excerpt
    assert {place for place, _ in told(first.changes)} == {"Gia Lai", "Ia Dom"}
    give_out(survey)
    made = get_release(survey.round.id, 1)
    assert told(first.changes) == told(in_pages(survey, survey.insider, made))

    visit(survey, 0, 8, 12, fibre="0")
    visit(survey, 1, 5, 7)  # too few to be told: the village stays as it was
    visit(survey, 2, 0, 4)
    second = look(survey).excerpt
    give_out(survey)
    made = get_release(survey.round.id, 2)
    assert told(second.changes) == told(in_pages(survey, survey.insider, made))
    before, after = told(second.changes)["Ia Dom", "FIBRE"]
    assert (before[1], after[1]) == (13, 17)
    assert sorted(village.name for village, _ in second.villages) == ["Mook Đen", "Plei Ốp"]
    assert look(survey) == excerpt.Preview()


def test_a_preview_says_why_not_and_is_for_those_who_read_interviews(survey):
    visit(survey, 0, 0, 4)
    assert "households are counted" in look(survey, final=True).problem.message
    with pytest.raises(NotAllowed), transaction():
        preview(the_round(survey), survey.outsider, Choice())


def test_where_something_is_withheld_nothing_changes_for_who_reads_interviews(survey):
    visit(survey, 0, 0, 8)
    visit(survey, 2, 0, 2)  # two households: others are not told
    give_out(survey)
    visit(survey, 0, 8, 12)
    names = [place.name for place in look(survey).excerpt.places]
    assert names == ["Gia Lai", "Ia Dom"]
    give_out(survey)
    made = get_release(survey.round.id, 2)
    found = excerpt.excerpt(survey.insider, the_round(survey), made, Choice())
    assert [place.name for place in found.places] == names


@pytest.mark.parametrize("who", ["outsider", "insider"])
def test_no_figure_that_changed_is_passed_over(survey, who):
    """Whether villages changed, what is withheld elsewhere, the rule, or nothing at all."""
    reader = getattr(survey, who)
    visit(survey, 0, 0, 8)
    visit(survey, 1, 0, 2)
    visit(survey, 2, 0, 12, fibre="0")
    give_out(survey)
    visit(survey, 1, 2, 12)
    give_out(survey)
    with transaction():
        releases.set_rule(survey.project.id, Rule(threshold=3, smallest_n=0, round_to=5), OPERATOR)
    visit(survey, 0, 8, 12, fibre="0")
    give_out(survey)
    for version in (1, 2, 3):
        made = get_release(survey.round.id, version)
        found = told(in_pages(survey, reader, made))
        assert found == everything(survey, reader, version)
        assert found


def test_a_page_at_a_time_of_one_place_or_one_indicator(survey, monkeypatch):
    for village in range(3):
        visit(survey, village, 0, 12)
    monkeypatch.setattr(excerpt, "LINES", 2)  # a place with its two indicators
    monkeypatch.setattr(excerpt, "VILLAGES", 2)
    pages = [look(survey, Choice(page=number)).excerpt for number in (1, 2, 3, 99)]
    assert [page.pages for page in pages] == [3] * 4
    names = [{place for place, _ in told(page.changes)} for page in pages]
    assert names[0] == {"Gia Lai"}
    assert [*names[1], *names[2]] == ["Ia Dom", "Pleiku"]
    assert (pages[3].page, names[3]) == (3, names[2])

    pleiku = people.unit(people.PLEIKU).id
    of_place = look(survey, Choice(commune=pleiku)).excerpt
    assert set(told(of_place.changes)) == {("Pleiku", "FIBRE"), ("Pleiku", "PHONE")}
    of_indicator = look(survey, Choice(indicator="FIBRE")).excerpt
    assert set(told(of_indicator.changes)) == {("Gia Lai", "FIBRE"), ("Ia Dom", "FIBRE")}
    assert of_indicator.pages == 2
    nothing = look(survey, Choice(commune=people.unit(people.HA_NOI).id)).excerpt
    assert (nothing.changes, nothing.pages) == ([], 1)


def test_many_villages_are_added_up_by_commune(survey, monkeypatch):
    for village in range(3):
        visit(survey, village, 0, 4)
    give_out(survey)
    monkeypatch.setattr(excerpt, "VILLAGES", 2)
    for village in range(3):
        visit(survey, village, 4, 8)
    found = look(survey).excerpt
    assert found.villages == []
    assert [(place.name, count, numbers) for place, count, numbers in found.communes] == [
        ("Ia Dom", 2, (8, 0, 0)), ("Pleiku", 1, (4, 0, 0)),
    ]  # fmt: skip
    of_place = look(survey, Choice(commune=people.unit(people.IA_DOM).id)).excerpt
    assert sorted(village.name for village, _ in of_place.villages) == ["Bi", "Mook Đen"]
    assert of_place.communes == []


def test_where_something_changed_is_not_told_to_those_who_read_releases_alone(survey):
    """They may choose among all places."""
    visit(survey, 0, 0, 8)
    give_out(survey)
    visit(survey, 0, 8, 12)
    give_out(survey)
    made = get_release(survey.round.id, 2)
    names = {}
    for who in ("insider", "outsider"):
        found = excerpt.excerpt(getattr(survey, who), the_round(survey), made, Choice())
        names[who] = [place.name for place in found.places]
    assert names["insider"] == ["Gia Lai", "Ia Dom"]
    assert {"Gia Lai", "Ia Dom", "Pleiku"} < set(names["outsider"])
