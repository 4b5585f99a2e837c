"""R's post-stratified figures, out of a release that knows the population."""

import pytest

from app.accounts.actors import OPERATOR
from app.db import columns, db, driver, transaction
from app.indicators import releases
from app.indicators.cells import Cell
from app.indicators.queries import find_figures
from app.indicators.recompute import recompute
from app.indicators.release_queries import get_release
from tests import people
from tests.indicators.estimation.stored import COMMUNES, LEVELS, Stored, observe
from tests.indicators.estimation.test_stored_samples import draw, refuse
from tests.survey import start_survey

# Indicators about everybody of other ages than these: nobody of a cell is outside.
TOO_YOUNG = {
    "p15_account": ("0-14",),
    "p15_account_cashless": ("0-14",),
    "p15_skill5": ("0-14",),
    "p18_smartphone": ("0-14", "15-17"),
}
BREAKDOWNS = ("", "sexage")


def know(stored, totals):
    rows = []
    for code, younger in TOO_YOUNG.items():
        for row in totals:
            cells = row.cells
            if cells["age_group"] not in younger:
                level = f"{COMMUNES[cells['commune_id']]}/{cells['sex']}:{cells['age_group']}"
                rows.append((code, level, float(cells["N"])))
    driver().execute(
        "insert into known_totals (round_id, indicator, margin, level, n)"
        " select %s, code, 'commune/sexage', level, n"
        " from unnest(%s::text[], %s::text[], %s::float8[]) as t (code, level, n)",
        [stored.survey.round.id, *columns(rows)],
    )


def note_missing(members, observed):
    """Those without an answer are in the sample as well."""
    for cells in members:
        for code in TOO_YOUNG:
            if cells[f"{code}_e"] == "1" and not cells[f"{code}_y"]:
                for breakdown in BREAKDOWNS:
                    key = (code, breakdown, cells.get(breakdown, ""))
                    observed[cells["hh_id"]].setdefault(key, Cell(0)).blank += 1


@pytest.fixture
def figures(app, households, persons, oracle, totals):
    """(level, unit, indicator) -> figure."""
    survey = start_survey(households=0)
    with transaction():
        stored = Stored(survey, "b", households, oracle)
        stored.frame(households)
        draw(stored, households, ("village_id",), "N_hh", villages=False)
        homes = {cells["hh_id"] for cells in stored.complete}
        members = [row.cells for row in persons if row.cells["hh_id"] in homes]
        wanted = {code: stored.indicators[code] for code in TOO_YOUNG}
        observed = observe(members, "p1", wanted, BREAKDOWNS)
        note_missing(members, observed)
        (form_id,) = driver().execute("select id from forms where xml_form_id = 'ho'").fetchone()
        stored.count(observed, form_id, 1)
        refuse(stored, households, form_id)
        recompute([(survey.round.id, village.id) for village in stored.villages.values()])
        know(stored, totals["pop_poststrata.csv"])
        driver().execute("delete from stale_villages")
    with transaction():
        releases.release(db.session.merge(survey.round), OPERATOR)
    province = people.unit(people.GIA_LAI)
    names = {people.unit(code).id: name for name, code in COMMUNES.items()} | {province.id: "ALL"}
    found = {}
    for level in ("commune", "all"):
        for figure in find_figures(
            OPERATOR,
            round_=survey.round,
            unit_id=province.id,
            level=LEVELS[level],
            release=get_release(survey.round.id, 1),
        ):
            if figure.unit_id in names:
                found[level, names[figure.unit_id], figure.indicator] = figure
    return found


def test_a_release_that_knows_the_population_gives_the_figures_of_r(figures, oracle):
    compared = {}
    for row in oracle:
        place = (row["level"], row["geo_id"], row["indicator"])
        wanted = (row["design"], row["lonely"], row["breakdown"]) == ("d_ps", "adjust", "")
        if not wanted or row["indicator"] not in TOO_YOUNG or place not in figures:
            continue
        found = figures[place]
        assert found.is_calibrated
        numbers = {
            "est": found.value, "se": found.se, "w_num": found.numerator, "df": found.df,
            "w_den": found.denominator, "deff_wr": found.deff,
            "ci_kg_lo": found.ci[0], "ci_kg_hi": found.ci[1],
        }  # fmt: skip
        for name, value in numbers.items():
            known = float(row[name])
            compared[*place, name] = abs(value - known) / abs(known)

    print(f"d_ps: {len(compared)} values, at most {max(compared.values()):.1e} apart")
    assert len(compared) == 4 * 4 * 8
    assert {key: far for key, far in compared.items() if far > 1e-9} == {}
