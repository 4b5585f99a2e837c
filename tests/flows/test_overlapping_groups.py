"""A breakdown by a question with several choices: groups overlap, and tell nothing of a few."""

from itertools import product

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.errors import BadRequest
from app.indicators import releases
from app.indicators.disclosure import Rule
from app.indicators.known_totals import import_totals
from app.indicators.queries import find_figures
from tests import people, releasing
from tests.survey import HOUSEHOLD_FORM, household_form, start_survey

KINDS = "| | select_multiple kind | kinds | Kinds | | | |\n"
CHOICES = "".join(f"| | kind | {code} | {code} |\n" for code in "abc")
FORM = (
    HOUSEHOLD_FORM.replace("| | end_group ", f"{KINDS}| | end_group ")
    .replace("| | visit     | 1 ", f"{CHOICES}| | visit     | 1 ")
    .replace("| numerator          |", "| numerator          | by |")
    .replace("| | FIBRE | 1 ", "| | FIBRE | 2 ")
    .replace("${fibre} = '1'     |", "${fibre} = '1'     | kinds |")
    .replace("${m_phone} = '2'   |", "${m_phone} = '2'   | |")
    + "| breakdowns |\n| | name | expression | label |\n| | kinds | ${kinds} | Kinds |\n"
)


@pytest.fixture
def survey(app):
    """Two villages of 12 households; outsiders read what is about five and more."""
    survey = start_survey(households=12)
    programme.publish(survey.project.id, household_form("2", FORM), OPERATOR)
    survey.version = "2"
    survey.other = survey.add_village("Bi")
    survey.others = survey.register(12, survey.other)
    with transaction():
        releases.set_rule(survey.project.id, Rule(smallest_n=0), OPERATOR)
        survey.outsider = people.actor("api_client", people.GIA_LAI, of=survey.project)
    return survey


def visit(survey, *chosen, village=0, fibre="1"):
    """The first households of a village, with what they chose."""
    homes, place = [(survey.ids, survey.village), (survey.others, survey.other)][village]
    for household, kinds in zip(homes, chosen, strict=False):
        xml = survey.instance(household, village=str(place.public_id), fibre=fibre)
        survey.post(xml.replace(b"</main>", f"<kinds>{kinds}</kinds></main>".encode()))
    pipeline.settle()


def release(survey):
    with transaction():
        return releasing.release(db.session.merge(survey.round), OPERATOR)


def groups(survey, actor=None, unit=None):
    """Figures by group, "" for the whole."""
    unit = unit or people.unit(people.IA_DOM)
    found = find_figures(
        actor or survey.outsider,
        round_=survey.round,
        unit_id=unit.id,
        level=unit.level,
        indicator="FIBRE",
        by=None,
    )
    return {figure.breakdown_value if figure.breakdown else "": figure for figure in found}


def told(survey, unit=None):
    """What an outsider is told: by group the number of households, None where it is withheld."""
    return {name: figure.n for name, figure in groups(survey, unit=unit).items()}


def test_one_household_counts_in_each_group_that_it_chose(survey):
    visit(survey, *["a b"] * 4, *["a"] * 5, "b", "b c", "")
    found = {
        (figure.breakdown, figure.breakdown_value): figure
        for figure in find_figures(
            OPERATOR, round_=survey.round, unit_id=survey.village.id, level="village",
            indicator="FIBRE", by=None,
        )
    }  # fmt: skip
    assert {key: figure.n for key, figure in found.items()} == {
        ("", ""): 12, ("kinds", ""): 1, ("kinds", "a"): 9, ("kinds", "b"): 6, ("kinds", "c"): 1,
    }  # fmt: skip
    assert {key[0]: figure.overlaps for key, figure in found.items()} == {"": False, "kinds": True}
    assert {figure.value for figure in found.values()} == {1.0}


def test_a_group_is_withheld_that_all_but_a_few_chose(survey):
    """10 of 12 chose a: two did not, and 12 less 10 would tell of them."""
    visit(survey, *["a b"] * 6, *["a"] * 4, *["b"] * 2)
    release(survey)
    assert told(survey, survey.village) == {"": 12, "a": None, "b": None}
    assert groups(survey, unit=survey.village)["a"].suppressed == "complement"


def test_a_small_group_hides_no_other_where_they_overlap(survey):
    """c is small; a and b have 6 of 12 each, with some in both: their sum tells nothing of c."""
    visit(survey, *["a b"] * 2, *["a c"] * 2, *["a"] * 3, *["b"] * 5)
    release(survey)
    assert told(survey, survey.village) == {"": 12, "a": 7, "b": 7, "c": None}


def test_where_nobody_chose_two_they_are_parts_of_the_whole(survey):
    """12 - 5 - 5 = 2 is c, for anybody who guesses that nobody chose two."""
    visit(survey, *["a"] * 5, *["b"] * 5, *["c"] * 2)
    release(survey)
    hidden = {name for name, n in told(survey, survey.village).items() if n is None}
    assert hidden > {"c"}


@pytest.mark.parametrize("first", [["a b"] * 6 + ["a"] * 4 + ["b"] * 2, ["a"] * 7 + ["b"] * 5])
def test_neither_villages_nor_releases_tell_of_a_few(survey, first):
    """Whatever is shown, no village's group or complement of fewer than five can be worked out."""
    visit(survey, *first)
    visit(survey, *["a"] * 6, *["a b"] * 6, village=1)
    release(survey)
    assert_safe(survey)
    visit(survey, *["c"] * 9, *["a c"] * 3, village=1)
    for row in db.session.execute(db.text("select id from submissions order by id desc limit 12")):
        with transaction():
            reviewer = people.actor("commune_reviewer", of=survey.project)
            pipeline.decide(row.id, "approved", "", reviewer)
            pipeline.prefer(row.id, reviewer)
    pipeline.settle()
    assert release(survey).version == 2
    assert_safe(survey)


def test_a_group_that_nobody_is_in_is_withheld_where_it_tells_who_chose_it(survey):
    """Of three households none chose a; how many did is what another indicator asks."""
    chosen = "| | CHOSE | 1 | Chose a | household | | selected(${kinds}, 'a') | |\n| missing |"
    programme.publish(
        survey.project.id, household_form("3", FORM.replace("| missing |", chosen)), OPERATOR
    )
    survey.version = "3"
    visit(survey, *["b"] * 3)
    visit(survey, *["a"] * 6, *["a b"] * 3, *["b"] * 3, village=1)
    release(survey)
    assert told(survey, survey.village) == {"": None, "a": None, "b": None}
    assert told(survey, survey.other) == {"": None, "a": None, "b": None}
    assert told(survey) == {"": 15, "a": 9, "b": 9}
    third = survey.add_village("Ca")
    survey.others, survey.other = survey.register(12, third), third
    visit(survey, *["a"] * 6, *["b"] * 6, village=1)
    assert release(survey).version == 2
    assert told(survey, survey.village) == {"": None, "a": None, "b": None}
    assert told(survey) == {"": 27, "a": 15, "b": 15}


def assert_safe(survey):
    """Every hidden group, and every small complement, has several values that fit what is shown."""
    places = {None: told(survey), 0: told(survey, survey.village), 1: told(survey, survey.other)}
    truth = {
        place: {name: f.n for name, f in groups(survey, OPERATOR, unit).items()}
        for place, unit in ((None, None), (0, survey.village), (1, survey.other))
    }
    for name in ("a", "b", "c"):
        shown = {place: places[place].get(name, 0) for place in places}
        fits = [
            (here, there)
            for here, there in product(range(13), range(13))
            if shown[0] in {None, here} and shown[1] in {None, there}
            if shown[None] in {None, here + there}
        ]
        for place in (0, 1):
            n = truth[place].get(name, 0)
            if 0 < n < 5 or 0 < 12 - n < 5:
                assert len({fit[place] for fit in fits}) > 1, (name, place, places)


def test_totals_are_not_known_by_groups_that_overlap(survey):
    with pytest.raises(BadRequest, match="a margin is of places or breakdowns"), transaction():
        import_totals(
            db.session.merge(survey.round),
            "indicator,margin,level,N\nFIBRE,kinds,a,5\n",
            OPERATOR,
        )
