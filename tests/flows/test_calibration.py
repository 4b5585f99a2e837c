"""Releases of a sample, fitted to what is known of the population."""

import pytest

from app import daily, pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.errors import BadRequest, Conflict, NotAllowed
from app.indicators import giving_out, releases
from app.indicators.disclosure import Rule
from app.indicators.excerpt import Choice, preview
from app.indicators.known_totals import import_totals, totals_of
from app.indicators.queries import find_figures
from app.indicators.release_queries import get_release, release_under_way
from app.samples.chance import shuffled
from app.samples.design import Design
from app.samples.queries import get_sample, households_of
from tests import people, releasing
from tests.survey import start_survey

HEADER = "indicator,margin,level,N\n"


@pytest.fixture
def survey(app):
    """Two villages of 10; of a simple sample of 8 those of the first have fibre."""
    survey = start_survey(households=10)
    survey.other = survey.add_village("Bi")
    others = survey.register(10, survey.other)
    with transaction():
        found = db.session.merge(survey.round)
        # Three of the first village and five of the other: not in proportion.
        seed = next(seed for seed in map(str, range(99)) if drawn_here(survey, others, seed) == 3)
        programme.draw_sample(found, Design("simple", 8), seed, actor=OPERATOR)
        releases.set_rule(survey.project.id, Rule(threshold=1, smallest_n=0), OPERATOR)
    pipeline.settle()
    for household in [one.household for one in households_of(get_sample(survey.round.id))]:
        fibre = "1" if household in survey.ids else "0"
        survey.post(survey.instance(household, fibre=fibre, village=household.rpartition("-")[0]))
    pipeline.settle()
    return survey


def drawn_here(survey, others, seed):
    return sum(one in survey.ids for one in shuffled([*survey.ids, *others], seed, "household")[:8])


def know(survey, text, actor=OPERATOR):
    with transaction():
        return import_totals(db.session.merge(survey.round), HEADER + text, actor)


def release(survey, **how):
    with transaction():
        return releasing.release(db.session.merge(survey.round), OPERATOR, **how)


def commune(survey, version):
    (figure,) = find_figures(
        OPERATOR,
        round_=survey.round,
        unit_id=people.unit(people.IA_DOM).id,
        level="commune",
        indicator="FIBRE",
        release=get_release(survey.round.id, version),
    )
    return figure


def villages(survey, here, there):
    one, other = survey.village.public_id, survey.other.public_id
    return f"FIBRE,village,{one},{here}\nFIBRE,village,{other},{there}\n"


def test_a_release_stands_for_the_known_population_and_the_one_before_stays(survey):
    release(survey)
    assert commune(survey, 1).value == pytest.approx(3 / 8)
    know(survey, villages(survey, 15, 5))
    assert release(survey).version == 2
    figure = commune(survey, 2)
    # 15 of 20 households; inside a village all say the same, so nothing is left open.
    assert (figure.value, figure.numerator) == (pytest.approx(0.75), pytest.approx(15))
    assert figure.se == pytest.approx(0, abs=1e-9)
    assert commune(survey, 1).value == pytest.approx(3 / 8)
    assert sorted(total[3] for total in get_release(survey.round.id, 2).totals) == [5, 15]
    assert release(survey) is None


def test_a_preview_is_fitted_as_the_release_will_be(survey):
    release(survey)
    know(survey, villages(survey, 15, 5))
    with transaction():
        seen = preview(db.session.merge(survey.round), OPERATOR, Choice())
    (change,) = [
        one for one in seen.excerpt.changes
        if (one.after.level, one.after.indicator) == ("commune", "FIBRE")
    ]  # fmt: skip
    assert (change.before.value, change.after.value) == pytest.approx((3 / 8, 0.75))
    release(survey)
    assert commune(survey, 2).se == change.after.se


def test_a_village_without_a_total_stops_the_release(survey):
    know(survey, villages(survey, 15, 5).splitlines()[0])
    with pytest.raises(Conflict, match="no total is known"):
        release(survey)


def test_a_quarter_tries_again_when_the_totals_fit(survey, monkeypatch):
    monkeypatch.setattr("app.daily.quarters.due", lambda _: [survey.round.id])
    know(survey, villages(survey, 15, 5).splitlines()[0])
    for _ in range(2):
        daily.give_out_quarters()
    assert "do not fit" in release_under_way(survey.round.id).problem
    with pytest.raises(Conflict, match="stopped"):
        release(survey)
    know(survey, villages(survey, 15, 5))
    daily.give_out_quarters()
    assert release_under_way(survey.round.id) is None
    assert commune(survey, 1).value == pytest.approx(0.75)


def test_a_quarter_takes_back_nothing_that_a_person_stopped(survey, monkeypatch):
    monkeypatch.setattr("app.daily.quarters.due", lambda _: [survey.round.id])
    with transaction():
        number = giving_out.begin(db.session.merge(survey.round), OPERATOR).id
    with transaction():
        giving_out.stop(db.session.merge(survey.round), OPERATOR)
    daily.give_out_quarters()
    assert release_under_way(survey.round.id).id == number


def test_a_total_of_nobody_in_the_sample_stops_the_release(survey):
    know(survey, villages(survey, 15, 5) + "FIBRE,village,T-00000,5")
    with pytest.raises(Conflict, match="nobody in the sample"):
        release(survey)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("NOPE,commune,23872,5", "Row 2: there is no indicator"),
        ("FIBRE,colour,red,5", "Row 2: a margin is of places"),
        ("FIBRE,commune/village,23872,5", "Row 2: a margin"),
        ("FIBRE,commune,23872,-5", "Row 2: N is a number"),
        ("FIBRE,commune,23872,nan", "Row 2: N is a number"),
        ("FIBRE,commune,23872", "Row 2 has not four"),
        ("FIBRE,commune,23872,5\nFIBRE,commune,23872,6", "there twice"),
    ],
)
def test_a_wrong_table_is_refused_as_a_whole(survey, text, words):
    know(survey, villages(survey, 15, 5))
    with pytest.raises(BadRequest, match=words):
        know(survey, text)
    assert sorted(total.n for total in totals_of(survey.round.id)["FIBRE"]) == [5, 15]


def test_other_columns_are_refused(survey):
    with pytest.raises(BadRequest, match="indicator, margin, level, N"), transaction():
        import_totals(db.session.merge(survey.round), "a,b\n", OPERATOR)


def test_a_commune_does_not_set_what_the_province_is_fitted_to(survey):
    with transaction():
        lead = people.actor("commune_lead", of=survey.project)
    with pytest.raises(NotAllowed):
        know(survey, villages(survey, 15, 5), lead)
