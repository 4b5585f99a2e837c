"""The error of a score, and of the difference of two, whose criteria ask the same households.

R: d <- svydesign(~hh, strata=~village, fpc=~N, weights=~w, data=both rounds side by side)
t <- svytotal(~f1+yp1+xp1+f2+yp2+xp2+one, d); svycontrast(t, quote(25*f1/one + 10*yp1/xp1)), …
"""

from dataclasses import replace
from datetime import date

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.clock import today
from app.db import db, transaction
from app.indicators.differences import changes
from app.indicators.together import Term, read_scores
from app.samples.design import Design
from app.samples.queries import get_sample, households_of
from app.scorecards import catalog
from app.scorecards.compute import find_scores
from app.scorecards.joint import compare_scores, with_error
from tests import people
from tests.survey import HOUSEHOLD_FORM, household_form, person_form, person_xml, start_survey

A1, B1, S1 = 3.274951700709, 0.8235746781286, 3.526113556497
A2, B2, S2 = 3.435921354681, 0.6310893731192, 3.323222164866
DA, DB, DIFF = 2.605786533235, 1.063020990998, 2.637174611136
HERE, THERE, APART = 5.050141058089, 4.608607946273, 6.836899290545
LATER = date(2026, 11, 20)
NO_FIBRE = "| | FIBRE | 1       | Fibre      | household |                | ${fibre} = '1'     |\n"
FORM = HOUSEHOLD_FORM.replace(
    NO_FIBRE, NO_FIBRE + NO_FIBRE.replace("| FIBRE |", "| COPPER |").replace("= '1'", "= '0'")
)
CARD = """
| settings |
| | code | version | year | label::Tiếng Việt (vi) | legal_basis |
| | {code} | 1 | 2026 | Thử | QĐ 1 |
| groups |
| | code | label::Tiếng Việt (vi) |
| | XH   | Số liệu                |
| criteria |
| | code | group | label::Tiếng Việt (vi) | indicator | points | rule | target |
{rows}
"""
FIBRE = "| | A | XH | Cáp quang | FIBRE  | 20 | target       | 80% |"
PHONE = "| | B | XH | Điện thoại | PHONE  | 10 | proportional |     |"
COPPER = "| | C | XH | Cáp đồng  | COPPER | 20 | target       | 80% |"
NET = "| | D | XH | Internet  | NET    | 10 | proportional |     |"

# Members' phones and the household's fibre in one round and in the next, by village.
PANEL = {
    0: ((("20", "2", "002", "22", "0"), "10010"), (("22", "2", "022", "22", "2"), "10110")),
    1: (
        (("02", "0", "220", "00", "2", "20"), "010010"),
        (("02", "2", "220", "20", "0", "22"), "110010"),
    ),
}


@pytest.fixture
def survey(app):
    """Villages of 10 and of 20 households, and a second round."""
    survey = start_survey(households=10)
    programme.publish(
        survey.project.id, household_form("2", FORM.replace("{version}", "2")), OPERATOR
    )
    survey.version = "2"
    with transaction():
        survey.later = programme.open_round(
            survey.project.id, "2026-2", "2", date(2026, 11, 10), None, actor=OPERATOR
        )
        survey.later.review_policy = "approve-unflagged"
    survey.other = survey.add_village("Bi")
    survey.homes = {0: survey.ids, 1: survey.register(20, survey.other)}
    return survey


def card(survey, code, *rows):
    with transaction():
        book = CARD.format(code=code, rows="\n".join(rows)).encode()
        return catalog.publish(survey.project.id, "x.md", book, OPERATOR)


def ask_panel(survey, homes=None):
    """Sends what 5 and 6 households say in both rounds."""
    homes = homes or survey.homes
    for number, day in enumerate((None, LATER)):
        for village, said in PANEL.items():
            phones, fibres = said[number]
            for household, phone, fibre in zip(homes[village], phones, fibres, strict=False):
                members = [(40, one) for one in phone]
                place = household.rpartition("-")[0]
                survey.post(
                    survey.instance(household, members=members, fibre=fibre, day=day, village=place)
                )
    pipeline.settle()


def scores(survey, scorecard, *, later=False, unit=None, level=None):
    unit = unit or people.unit(people.IA_DOM)
    found = find_scores(
        OPERATOR, db.session.merge(scorecard), round_of(survey, later=later), unit.id,
        level or unit.level,
    )  # fmt: skip
    return [score for _, score in found]


def round_of(survey, *, later=False):
    return db.session.merge(survey.later if later else survey.round)


def joint(survey, scorecard, **where):
    (found,) = with_error(
        scores(survey, scorecard, **where), round_of(survey, later=where.get("later", False))
    )
    return found


def difference(survey, scorecard):
    (was,), (now,) = (scores(survey, scorecard, later=later) for later in (False, True))
    return compare_scores(now, was, (round_of(survey, later=True), round_of(survey)))


def test_two_criteria_of_the_same_households_as_in_r(survey):
    ask_panel(survey)
    both = card(survey, "AB", FIBRE, PHONE)
    for later, expected, lines in (
        (False, S1, (A1, B1)),
        (True, S2, (A2, B2)),
    ):
        found = joint(survey, both, later=later)
        assert [line.error for line in found.lines] == pytest.approx(lines, rel=1e-9)
        assert found.error == pytest.approx(expected, rel=1e-9)
        assert found.error < sum(lines)
    compared = difference(survey, both)
    assert compared.total.error == pytest.approx(DIFF, rel=1e-9)
    assert [apart.error for _, _, apart in compared.lines] == pytest.approx((DA, DB), rel=1e-9)


def test_two_villages_are_independent_in_a_census_as_in_r(survey):
    ask_panel(survey)
    both = card(survey, "AB", FIBRE, PHONE)
    found = scores(survey, both, level="village")
    round_ = round_of(survey)
    by_unit = {score.unit_id: score for score in found}
    one, two = (by_unit[unit.id] for unit in (survey.village, survey.other))
    errors = [score.error for score in with_error([one, two], round_)]
    assert errors == pytest.approx((HERE, THERE), rel=1e-9)
    compared = compare_scores(one, two, (round_, round_))
    assert compared.total.error == pytest.approx(APART, rel=1e-9)


def test_what_can_only_move_in_opposite_directions_is_certain_together(survey):
    """25 points for each household with fibre and 25 for each without: always 25."""
    ask_panel(survey)
    found = joint(survey, card(survey, "AC", FIBRE, COPPER))
    assert found.points == 25
    assert found.lines[0].error == pytest.approx(A1, rel=1e-9)
    assert found.error == pytest.approx(0, abs=1e-6)


def test_the_same_thing_twice_is_twice_as_uncertain(survey):
    ask_panel(survey)
    again = FIBRE.replace("| A |", "| E |")
    found = joint(survey, card(survey, "AA", FIBRE, again))
    assert found.error == pytest.approx(2 * found.lines[0].error, rel=1e-12)


@pytest.mark.parametrize(
    "design",
    [
        None,
        Design("simple", 11),
        Design("stratified", 11, by="village"),
        Design("two-stage", 2, take=5),
    ],
    ids=["census", "simple", "stratified", "two-stage"],
)
def test_a_line_alone_has_the_error_of_its_figure(survey, design):
    """In every design the sum of one line, and its change, are those of the figure."""
    homes = survey.homes
    if design is not None:
        for round_ in (survey.round, survey.later):
            with transaction():
                programme.draw_sample(db.session.merge(round_), design, "hạt", actor=OPERATOR)
        pipeline.settle()
        drawn = [one.household for one in households_of(get_sample(survey.round.id))]
        homes = {
            number: [household for household in drawn if household in known]
            for number, known in survey.homes.items()
        }
    ask_panel(survey, homes)
    both = card(survey, "AB", FIBRE, PHONE)
    units = [people.unit(people.IA_DOM)]
    if design is None or design.kind == "two-stage":
        units.append(survey.village)
    for unit in units:
        (found,) = scores(survey, both, unit=unit)
        for one in (line.figure for line in found.lines):
            term = Term(0, unit.id, one.domain_id, 3.0, one.value, one.denominator)
            within = unit.level == "village"
            told = read_scores(round_of(survey), [term], today(), within=within)
            assert told.variance() == pytest.approx(9 * one.se**2, rel=1e-9)
        (whole,) = with_error([found], round_of(survey))
        assert whole.error <= sum(line.error for line in found.lines) * (1 + 1e-12)
    compared = difference(survey, both)
    for (now, was, apart), indicator in zip(compared.lines, ("FIBRE", "PHONE"), strict=True):
        (change,) = changes(
            OPERATOR, round_=round_of(survey, later=True), before=round_of(survey),
            unit_id=people.unit(people.IA_DOM).id, level="commune", indicator=indicator,
        )  # fmt: skip
        slopes = {round(line.error / line.figure.se, 9) for line in (now, was) if line.figure.se}
        if len(slopes) == 1:
            expected = slopes.pop() * change.difference.se
            assert apart.error == pytest.approx(expected, rel=1e-6)


def test_one_adult_and_the_household_are_one_unit(survey):
    """NET of one adult and FIBRE of the household; R: ids = household, f = 0 for the adult."""
    programme.publish(survey.project.id, person_form(), OPERATOR)
    ask_panel(survey)
    for household, net in zip(survey.ids[:4], "1211", strict=True):
        survey.post(person_xml(survey, household, net=net))
    pipeline.settle()
    found = joint(survey, card(survey, "AD", FIBRE, NET))
    lines = [line.error for line in found.lines]
    assert abs(lines[0] - lines[1]) < found.error < sum(lines)


def test_of_what_was_given_out_errors_are_added_up(survey):
    ask_panel(survey)
    both = card(survey, "AB", FIBRE, PHONE)
    (found,) = scores(survey, both)
    released = replace(
        found,
        lines=tuple(replace(line, figure=replace(line.figure, release=1)) for line in found.lines),
    )
    (told,) = with_error([released], round_of(survey))
    assert told.error == sum(line.error for line in found.lines)
