"""Figures that are given out: what outsiders read, when it changes, and what it never tells."""

import pytest

from app import pipeline
from app.accounts.actors import OPERATOR
from app.db import driver, transaction
from app.errors import Conflict
from app.indicators import releases
from app.indicators.disclosure import Rule
from app.indicators.queries import find_figures
from app.indicators.release_queries import get_release, list_releases
from app.indicators.restated import changed_villages
from tests import people, releasing
from tests.survey import start_survey


@pytest.fixture
def survey(app):
    """Three villages of a commune with 12 households each; no minimum for samples."""
    survey = start_survey(households=12)
    survey.villages = [survey.village, survey.add_village("Mook Trang"), survey.add_village("Bi")]
    survey.homes = [survey.ids, *(survey.register(12, v) for v in survey.villages[1:])]
    with transaction():
        releases.set_rule(survey.project.id, Rule(smallest_n=0), OPERATOR)
        survey.outsider = people.actor("api_client", of=survey.project)
        survey.insider = people.actor("commune_reviewer", of=survey.project)
    return survey


def visit(survey, village, first, last, fibre="1"):
    place = survey.villages[village]
    for household in survey.homes[village][first:last]:
        survey.post(survey.instance(household, fibre=fibre, village=str(place.public_id)))
    pipeline.settle()


def release(survey, **how):
    with transaction():
        return releasing.release(survey.round, OPERATOR, **how)


def read(survey, reader, level="commune", version=None):
    """Numerators of fibre by place; a reason where there is none."""
    found = find_figures(
        reader,
        round_=survey.round,
        unit_id=people.unit(people.IA_DOM).id,
        level=level,
        indicator="FIBRE",
        release=version and get_release(survey.round.id, version),
    )
    return {f.unit_name: f.suppressed if f.numerator is None else f.numerator for f in found}


def test_outsiders_read_what_was_given_out_and_insiders_what_is_so_now(survey):
    visit(survey, 0, 0, 12)
    assert read(survey, survey.outsider) == {"Ia Dom": "not_released"}
    assert read(survey, survey.insider) == {"Ia Dom": 12}

    assert release(survey).version == 1
    visit(survey, 1, 0, 12)
    assert read(survey, survey.outsider) == {"Ia Dom": 12}
    assert read(survey, survey.insider) == {"Ia Dom": 24}


def test_a_share_that_is_given_out_has_the_conservative_interval(survey):
    """6 of 10 in a village of 12; on the screens of staff it is the logit one."""
    visit(survey, 0, 0, 6)
    visit(survey, 0, 6, 10, fibre="0")
    release(survey)
    screen, published = (
        find_figures(
            survey.insider,
            round_=survey.round,
            unit_id=survey.villages[0].id,
            level="village",
            indicator="FIBRE",
            release=version and get_release(survey.round.id, version),
        )[0]
        for version in (None, 1)
    )

    assert (screen.ci_method, published.ci_method) == ("logit", "korn_graubard")
    assert screen.se == published.se
    # Its sample is worth 0.6 · 0.4 / SE² = 54, but no more than the 10 that were asked.
    assert published.ci == pytest.approx((0.2623781, 0.8784477), abs=1e-7)


def test_few_households_wait_until_there_are_more(survey):
    """Else two releases would differ by those few; the total keeps them back as well."""
    visit(survey, 0, 0, 12)
    visit(survey, 1, 0, 12)
    release(survey)
    visit(survey, 2, 0, 4)
    assert release(survey) is None
    visit(survey, 1, 0, 0)
    assert read(survey, survey.outsider) == {"Ia Dom": 24}

    visit(survey, 2, 4, 6)
    made = release(survey)
    assert made.changes == {str(survey.villages[2].id): [6, 0, 0]}
    # Six of twelve stand for twelve.
    assert read(survey, survey.outsider) == {"Ia Dom": 36}


def test_how_many_households_changed_is_told_to_those_who_read_interviews(survey):
    """Six more and nine now, of a village whose three before were withheld: that would be three."""
    visit(survey, 0, 0, 12)
    visit(survey, 1, 0, 3)
    release(survey)
    visit(survey, 1, 3, 9)
    made = release(survey)

    assert changed_villages(survey.outsider, survey.round, made) == []
    ((village, numbers),) = changed_villages(survey.insider, survey.round, made)
    assert (village.name, list(numbers)) == ("Mook Trang", [6, 0, 0])


def test_what_was_given_out_never_changes(survey):
    visit(survey, 0, 0, 12)
    release(survey)
    first = read(survey, survey.insider, "village", 1)
    visit(survey, 1, 0, 12, fibre="0")
    visit(survey, 2, 0, 12)
    release(survey)

    assert read(survey, survey.insider, "village", 1) == first
    assert read(survey, survey.insider, "commune", 2) == {"Ia Dom": 24}
    assert [made.version for made in list_releases(survey.round.id)] == [2, 1]


def test_a_village_of_few_is_hidden_and_cannot_be_subtracted(survey):
    visit(survey, 0, 0, 3)
    visit(survey, 1, 0, 12)
    visit(survey, 2, 0, 12)
    release(survey)
    shown = read(survey, survey.outsider, "village")

    assert shown["Mook Đen"] == "small"
    assert sorted(map(str, shown.values())) == ["12.0", "complement", "small"]
    assert read(survey, survey.outsider)["Ia Dom"] == 36
    assert read(survey, survey.insider, "village", 1)["Mook Đen"] == 12


def test_what_covers_a_village_up_stays_hidden_as_long_as_it_is_the_same(survey):
    visit(survey, 0, 0, 3)
    visit(survey, 1, 0, 12)
    visit(survey, 2, 0, 11)
    release(survey)
    first = read(survey, survey.outsider, "village")
    assert (first["Bi"], first["Mook Trang"]) == ("complement", 12)
    # Now Mook Đen may be shown by itself, but Bi could be told from the first release.
    visit(survey, 0, 3, 12)
    release(survey)
    second = read(survey, survey.outsider, "village")
    assert second["Bi"] == "complement"
    hidden = [name for name, shown in second.items() if isinstance(shown, str)]
    assert len(hidden) == 2


def test_sensitive_figures_protect_the_yes_and_the_rest(survey):
    with transaction():
        rule = Rule(smallest_n=0, sensitive=frozenset({"FIBRE"}))
        releases.set_rule(survey.project.id, rule, OPERATOR)
    for village in range(3):
        visit(survey, village, 0, 6)
        visit(survey, village, 6, 12, fibre="0")
    release(survey)
    assert set(read(survey, survey.outsider, "village").values()) == {6}


def test_a_village_where_all_say_no_is_hidden_when_that_is_sensitive(survey):
    with transaction():
        rule = Rule(smallest_n=0, sensitive=frozenset({"FIBRE"}))
        releases.set_rule(survey.project.id, rule, OPERATOR)
    visit(survey, 0, 0, 12, fibre="0")
    for village in (1, 2):
        visit(survey, village, 0, 6)
        visit(survey, village, 6, 12, fibre="0")
    release(survey)
    assert read(survey, survey.outsider, "village")["Mook Đen"] == "small"


def test_samples_of_few_answers_are_not_given_out(survey):
    with transaction():
        releases.set_rule(survey.project.id, Rule(), OPERATOR)
    visit(survey, 0, 0, 12)
    visit(survey, 1, 0, 11)
    release(survey)
    shown = read(survey, survey.outsider, "village")
    # A complete count of twelve is no sample.
    assert (shown["Mook Đen"], shown["Mook Trang"]) == (12, "few_answers")


def test_final_figures_wait_for_nobody_and_change_only_with_a_reason(survey):
    survey.round.review_policy = "hold-all"
    visit(survey, 0, 0, 12)
    with pytest.raises(Conflict, match="12 interviews wait"):
        release(survey, final=True)
    survey.round.review_policy = "approve-unflagged"
    for village in (1, 2):
        visit(survey, village, 0, 12)
    with transaction():
        rows = driver().execute("select id from submissions where state = 'received'").fetchall()
        for (submission_id,) in rows:
            pipeline.decide(submission_id, "approved", None, survey.insider)
    pipeline.settle()
    assert release(survey, final=True).status == "final"
    with pytest.raises(Conflict, match="Say why"):
        release(survey)
    assert release(survey, reason="kiểm tra lại") is None


def test_too_few_for_final_figures(survey):
    visit(survey, 0, 0, 12)
    with pytest.raises(Conflict, match="12 of 36"):
        release(survey, final=True)


def test_nothing_is_given_out_while_sums_are_owed(survey):
    survey.post(survey.instance(survey.ids[0]))
    pipeline.process_inbox()
    with pytest.raises(Conflict, match="summed up"):
        release(survey)
