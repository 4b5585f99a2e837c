"""An attacker with every door of a reader without interviews: no village of few people is found.

He knows the villages' households, how many were visited and every rule of the programme, and tries
all answers that fit what he was given.
"""

from dataclasses import replace
from itertools import product

import pytest

from app import pipeline, programme, regrouping
from app.accounts.actors import OPERATOR, user_actor
from app.accounts.grants import grant_role
from app.clock import today
from app.db import driver, transaction
from app.indicators import giving_out, hiding, margins, releases
from app.indicators.disclosure import Rule
from app.indicators.queries import find_figures
from app.org_units.changes import Decision
from app.scorecards.compute import find_ranking
from tests import people, releasing
from tests.scorecards.small import publish as publish_scorecard
from tests.survey import HOUSEHOLD_FORM, household_form, start_survey

MORE = """| | PHONE15 | 1 | Smartphone, from 15 | m | ${m_age} >= 15 | ${m_phone} = '2' |
| | COPPER | 1 | No fibre | household | | ${fibre} != '1' |
| missing |"""
OWNERS = """| | ELDERLY | 1 | Old | m | ${m_age} >= 18 and ${m_phone} = '2' | ${m_age} >= 60 | net |
| | ELDER | 1 | Elderly | m | ${m_age} >= 18 | ${m_age} >= 60 | phone |
| breakdowns |
| | name | expression | label |
| | phone | ${m_phone} | Phone |
| | net | ${fibre} | Fibre |
| missing |"""


@pytest.fixture
def survey(app):
    """Four villages of a commune with 12 households each."""
    survey = start_survey(households=12)
    names = ("Mook Trang", "Bi", "Ia Mút")
    survey.villages = [survey.village, *map(survey.add_village, names)]
    survey.homes = [survey.ids, *(survey.register(12, v) for v in survey.villages[1:])]
    with transaction():
        releases.set_rule(survey.project.id, Rule(smallest_n=0), OPERATOR)
        survey.outsider = people.actor("api_client", people.GIA_LAI, of=survey.project)
    return survey


def visit(survey, village, answers, **said):
    """The first households of a village, with these answers."""
    place = str(survey.villages[village].public_id)
    for household, fibre in zip(survey.homes[village], answers, strict=False):
        survey.post(survey.instance(household, fibre=fibre, village=place, **said))
    pipeline.settle()


def release(survey, **rule):
    with transaction():
        if rule:
            releases.set_rule(survey.project.id, Rule(**{"smallest_n": 0, **rule}), OPERATOR)
        return releasing.release(survey.round, OPERATOR)


def ask(survey, level, reader=None, code="FIBRE", place=people.IA_DOM, **how):
    """Figures by place."""
    found = find_figures(
        reader or survey.outsider,
        round_=survey.round,
        unit_id=people.unit(place).id,
        level=level,
        indicator=code,
        **how,
    )
    return {figure.unit_name: figure for figure in found}


def fits(figure, yes, visited, together=(), households=12):
    """Whether these numbers of yes in villages would give the commune's figure as it is told.

    Of some villages it is told with one weight.
    """
    pooled = sum(visited[village] for village in together)
    weights = [
        households * len(together) / pooled if village in together else households / n
        for village, n in enumerate(visited)
    ]
    size = households * len(visited)
    total = sum(w * y for w, y in zip(weights, yes, strict=True))
    share, n = total / size, sum(visited)
    told = [round(total) == figure.numerator]
    if figure.suppressed is None:
        told.append(round(share, 3) == figure.value)
    if figure.bounds:
        low, high = sum(yes) / size, (sum(yes) + size - n) / size
        told.append((round(low, 3), round(high, 3)) == figure.bounds)
    if figure.se is not None:
        variance = sum(
            w * w * (1 - n / households) * n / (n - 1) * n * variance_of(y, n, share)
            for w, y, n in zip(weights, yes, visited, strict=True)
        )
        told.append(round(variance**0.5 / size, 3) == figure.se)
    return all(told)


def variance_of(yes, n, share):
    """Mean square of a village's scores y - share about their mean."""
    p = yes / n
    return p * (1 - p)


def guesses(figure, shown, visited, together=()):
    """What the hidden villages may have said: every combination of answers that fits."""
    ways = [
        [int(shown[village])] if village in shown else range(n + 1)
        for village, n in enumerate(visited)
    ]
    return [yes for yes in product(*ways) if fits(figure, yes, visited, together)]


def test_weights_errors_and_bounds_do_not_tell_what_a_hidden_village_said(survey):
    """3 of 12 households weigh 4 each, 11 of 12 hardly more than 1: their sum is like a code."""
    visited = [3, 11, 12, 12]
    visit(survey, 0, "100")
    visit(survey, 1, "11110000000")
    visit(survey, 2, "111111000000")
    visit(survey, 3, "111111110000")
    release(survey)
    villages, (commune,) = ask(survey, "village"), ask(survey, "commune").values()
    shown = {
        number: villages[village.name].numerator
        for number, village in enumerate(survey.villages)
        if villages[village.name].numerator is not None
    }
    assert shown == {2: 6, 3: 8}
    assert {villages[v.name].coverage for v in survey.villages[:2]} == {None}

    # 24 households ÷ 14 interviews · (1 + 4), and 6 + 8; with a weight each, 4 + 4.4 + 6 + 8.
    assert (commune.suppressed, commune.numerator, commune.n) == ("margin", 23, 38)
    said = guesses(commune, shown, visited, together=(0, 1))
    assert [yes[:2] for yes in said] == [(0, 5), (1, 4), (2, 3), (3, 2)]  # the sum, and no more
    # With all that the province's own staff is told, there would be one answer.
    (known,) = ask(survey, "commune", OPERATOR, release=None).values()
    exact = replace(
        known,
        numerator=float(round(known.numerator)),
        value=round(known.value, 3),
        se=round(known.se, 3),
        bounds=tuple(round(bound, 3) for bound in known.bounds),
    )
    assert guesses(exact, shown, visited) == [(1, 4, 6, 8)]


def test_what_is_too_light_to_move_a_digit_has_one_weight_all_the_same(survey, monkeypatch):
    """The figure is an ordinary one then, with its error; also in the next release."""
    monkeypatch.setattr(hiding, "telling", lambda *_: set())
    monkeypatch.setattr(margins, "DIGITS", 1)  # a place of 48 households moves by a third one
    for village, answers in enumerate(("100", "11110000000", "1" * 6 + "0" * 6, "1" * 8 + "0" * 4)):
        visit(survey, village, answers)
    release(survey)
    (first,) = ask(survey, "commune").values()
    assert (first.suppressed, first.numerator, first.denominator, first.n) == (None, 23, 48, 38)
    assert first.value == round((24 / 14 * 5 + 14) / 48, 3)
    assert first.se is not None

    survey.villages.append(survey.add_village("Plei Bạc", people.PLEIKU))
    survey.homes.append(survey.register(12, survey.villages[4]))
    survey.commune_code = people.PLEIKU
    visit(survey, 4, "1" * 12)
    release(survey)
    (second,) = ask(survey, "commune").values()
    assert second == replace(first, release=2)


def test_a_value_with_another_weight_stands_beside_no_error_of_the_old_one(survey, monkeypatch):
    """Its interval is of 4 + 4.4 + 14 of 48, from which that could be calculated back."""
    monkeypatch.setattr(hiding, "telling", lambda *_: set())
    for village, answers in enumerate(("100", "11110000000", "1" * 6 + "0" * 6, "1" * 8 + "0" * 4)):
        visit(survey, village, answers)
    release(survey)
    (commune,) = ask(survey, "commune").values()
    assert (commune.suppressed, commune.numerator, commune.denominator) == ("margin", 23, 48)
    assert (commune.se, commune.ci, commune.bounds) == (None, None, None)


def test_withheld_communes_have_one_weight_in_their_province(survey):
    """What their villages weigh would be as good a code as what those of a commune weigh."""
    others = [survey.add_village(name, people.PLEIKU) for name in ("Plei Bạc", "Plei Ốp")]
    survey.villages += others
    survey.homes += [survey.register(12, village) for village in others]
    for village, answers in enumerate(("110", "1" * 6 + "00000", "1" * 12, "1" * 12)):
        visit(survey, village, answers)
    survey.commune_code = people.PLEIKU
    visit(survey, 4, "100")
    visit(survey, 5, "1")
    release(survey)

    assert ask(survey, "commune", place=people.PLEIKU)["Pleiku"].suppressed == "small"
    (commune,) = ask(survey, "commune").values()
    assert commune.suppressed == "complement"
    (province,) = ask(survey, "province", place=people.GIA_LAI).values()
    # Four villages of two communes are withheld: 48 households, 18 interviews, 10 that say yes.
    assert province.numerator == round(48 / 18 * (2 + 6 + 1 + 1) + 12 + 12)
    assert province.denominator == 72
    assert ask(survey, "province", OPERATOR, place=people.GIA_LAI)["Gia Lai"].numerator == (
        pytest.approx(4 * 2 + 12 / 11 * 6 + 12 + 12 + 4 * 1 + 12 * 1)
    )


def test_counts_that_are_rounded_stay_rounded(survey):
    """Neither value times denominator nor the error gives the number back."""
    for village in range(4):
        visit(survey, village, "111" + "0" * 8 if village else "111" + "0" * 9)
    release(survey, round_to=5)
    for figure in [*ask(survey, "village").values(), *ask(survey, "commune").values()]:
        assert figure.numerator % 5 == figure.denominator % 5 == figure.n % 5 == 0
        assert figure.value == round(figure.numerator / figure.denominator, 3)
        assert (figure.se, figure.ci, figure.bounds, figure.deff) == (None,) * 4
        assert figure.base.n % 5 == figure.base.expected % 5 == 0  # what coverage is made of


def test_nobody_is_found_between_two_nested_figures(survey):
    """Of 12 adults and 2 children of 16, the figures from 15 and from 18 differ by the children."""
    programme.publish(
        survey.project.id,
        household_form("2", HOUSEHOLD_FORM.replace("| missing |", MORE)),
        OPERATOR,
    )
    for village in range(4):
        visit(survey, village, "1" * 10, version="2", members=[(40, "2")])
        for household in survey.homes[village][10:]:
            place = str(survey.villages[village].public_id)
            people_there = [(40, "2"), (16, "2")] if village == 0 else [(40, "0")]
            survey.post(
                survey.instance(household, version="2", village=place, members=people_there)
            )
        pipeline.settle()
    release(survey)
    for level in ("village", "commune"):
        adults, youth = (ask(survey, level, code=code) for code in ("PHONE", "PHONE15"))
        for place, figure in adults.items():
            pair = (figure.n, youth[place].n)
            assert None in pair or abs(pair[0] - pair[1]) not in range(1, 5), (place, pair)
    assert ask(survey, "village", code="PHONE")["Bi"].n == 12


def test_a_yes_and_its_no_hide_the_same_villages(survey):
    """Whatever is missing in one of them: else one would show what the other hides."""
    programme.publish(
        survey.project.id,
        household_form("2", HOUSEHOLD_FORM.replace("| missing |", MORE)),
        OPERATOR,
    )
    visit(survey, 0, "100", version="2")
    visit(survey, 1, "1" * 9, version="2")
    visit(survey, 2, "1" * 10, version="2")
    visit(survey, 3, "1" * 11, version="2")
    release(survey)
    hidden = [
        {name for name, f in ask(survey, "village", code=code).items() if f.value is None}
        for code in ("FIBRE", "COPPER")
    ]
    assert hidden[0] == hidden[1] == {"Mook Đen", "Mook Trang"}


@pytest.mark.parametrize("by_steps", [False, True])
def test_who_counts_only_owners_hides_where_owners_are_hidden(survey, by_steps):
    """So many owners there are; also where there are none."""
    text = HOUSEHOLD_FORM.replace("| numerator          |", "| numerator | by |").replace(
        "| missing |", OWNERS
    )
    programme.publish(survey.project.id, household_form("2", text), OPERATOR)
    visit(survey, 0, "111", version="2", members=[(40, "0")])
    for village, size in ((1, 9), (2, 10), (3, 11)):
        visit(survey, village, "1" * size, version="2", members=[(40, "2"), (50, "0")])
    if by_steps:
        with transaction():
            giving_out.begin(survey.round, OPERATOR)
        pipeline.settle()
    else:
        release(survey)
    owners, elderly = (ask(survey, "village", code=code) for code in ("PHONE", "ELDERLY"))

    hidden = {name for name, figure in owners.items() if figure.suppressed}
    assert "Mook Đen" in hidden
    assert "Ia Mút" not in hidden
    assert hidden == {name for name, figure in elderly.items() if figure.suppressed}
    # Nor do groups of what they answered tell, the ones included that nobody is in; nor those of
    # owners of whom there are none.
    assert groups_of_few(survey, "ELDER", "phone") == [("0", "small"), ("2", "complement")]
    assert groups_of_few(survey, "ELDERLY", "net") == [("1", "complement")]


def groups_of_few(survey, code, by):
    """Groups in the first village, with why they are hidden; of each nothing is told."""
    found = find_figures(
        survey.outsider,
        round_=survey.round,
        unit_id=survey.villages[0].id,
        level="village",
        indicator=code,
        by=by,
    )
    assert {figure.n for figure in found} == {None}
    return [(figure.breakdown_value, figure.suppressed) for figure in found]


def test_new_boundaries_are_not_another_line_to_subtract(survey):
    """The village that covers the small one up moves to another commune."""
    for village, size in enumerate((3, 11, 12, 12)):
        visit(survey, village, "1" * size)
    release(survey)
    assert ask(survey, "village")["Mook Trang"].suppressed == "complement"
    before = ask(survey, "commune")["Ia Dom"]
    with transaction():
        driver().execute("update releases set released_at = released_at - interval '3 days'")
        pleiku = people.unit(people.PLEIKU)
        regrouping.move(survey.villages[1].id, pleiku.id, Decision(today(), "NQ 1"))
    pipeline.settle()
    for on in (None, today()):
        assert ask(survey, "commune", on=on)["Ia Dom"] == before
        # Of the commune where it lies now nothing has been given out with it.
        (other,) = ask(survey, "commune", on=on, place=people.PLEIKU).values()
        assert other.n == 0

    survey.villages.append(survey.add_village("Ia Lang"))
    survey.homes.append(survey.register(12, survey.villages[4]))
    visit(survey, 4, "1" * 12)
    release(survey)
    villages = ask(survey, "village")
    assert villages["Mook Đen"].suppressed == "small"
    # Ia Dom is now the small village, two that were shown before, and the new one.
    assert "complement" in {
        ask(survey, "commune")["Ia Dom"].suppressed,
        villages["Ia Lang"].suppressed,
    }


def test_a_right_in_one_commune_does_not_open_the_others_ranks(survey):
    """Staff see how their commune stands among all; of the others they get what is given out."""
    visit(survey, 0, "111000")
    scorecard = publish_scorecard(survey.project.id)
    with transaction():
        user = people.person("api_client", people.GIA_LAI, of=survey.project)
        at = people.unit(people.PLEIKU).id
        grant_role(
            OPERATOR, user, role="commune_reviewer", unit_id=at, project_id=survey.project.id
        )
        both = user_actor(user.id)
    units, ranking = find_ranking(both, scorecard, survey.round)
    assert {unit.name for unit in units.values()} == {"Pleiku"}
    shown = [one.score.unit_id for one in (*ranking.ranked, *ranking.unranked)]
    assert set(shown) <= set(units)
