"""R's standard errors, out of the sums of villages as production stores and reads them."""

import pytest

from app.db import driver, transaction
from app.indicators.recompute import recompute
from tests.indicators.estimation.stored import (
    LEVELS,
    Stored,
    compare,
    intervals,
    observe,
    read,
    relative,
)
from tests.survey import start_survey

# Design -> sample, whether one adult stands for a household (f = 0), levels that are compared.
DESIGNS = {
    "a_census": ("a", False, LEVELS),
    "b_srs_fpc": ("b", False, LEVELS),
    "b_srs_wr": ("b", True, LEVELS),
    "c_village": ("c", False, ("village",)),
}


@pytest.fixture(params=DESIGNS)
def design(request):
    return request.param


@pytest.fixture
def figures(app, design, households, persons, oracle):
    """(level, unit, breakdown, value, indicator) -> figure."""
    sample, one_adult, levels = DESIGNS[design]
    survey = start_survey(households=0)
    with transaction():
        stored = Stored(survey, sample, households, oracle)
        stored.frame(households)
        homes = {cells["hh_id"] for cells in stored.complete}
        observed = observe(stored.complete, "hh_", stored.indicators)
        members = [row.cells for row in persons if row.cells["hh_id"] in homes]
        for code, said in observe(members, "p1", stored.indicators).items():
            observed[code].update(said)
        (form_id,) = driver().execute("select id from forms where xml_form_id = 'ho'").fetchone()
        stored.count({} if one_adult else observed, form_id, 1)
        if one_adult:
            stored.count(observed, as_person_form(stored), 10_001)
        recompute([(survey.round.id, village.id) for village in stored.villages.values()])
    return read(stored, levels)


def as_person_form(stored):
    """A form of questions to one adult; here each household has one."""
    (form_id,) = (
        driver()
        .execute(
            "insert into forms (project_id, xml_form_id, kind, current_version_id)"
            " select project_id, 'nguoi', 'person', current_version_id from forms returning id"
        )
        .fetchone()
    )
    driver().execute("update indicator_versions set form_id = %s", (form_id,))
    return form_id


def differences(found, known):
    """How far each number is from R's, relative to it.

    A village taken whole (C3V6) has no part in our degrees of freedom, and has in R's. Weights of
    the design c contain its first stage, in which a village by itself has no part.
    """
    pairs = {"est": found.value, "n_valid": found.n}
    if known["design"] != "c_village":
        pairs |= {"w_num": found.numerator, "w_den": found.denominator}
    if int(known["df"]) > 0 or found.ci_method == "census":
        pairs |= {"se": found.se}
    if found.ci_method != "census":
        pairs |= {"deff_wr": found.deff}
    if known["design"] == "b_srs_fpc" and known["geo_id"] in {"C3", "ALL"}:
        assert found.df is None or found.df <= int(known["df"])
    elif found.ci_method != "census":
        pairs |= {"df": found.df} | intervals(found)
    return relative(pairs, known)


def test_stored_sums_give_the_figures_of_r(design, figures, oracle):
    compare(figures, oracle, design, DESIGNS[design][2], differences)
