"""R's standard errors of samples, out of the sums of villages and the sample as it was drawn."""

from collections import Counter

import pytest

from app.db import columns, driver, transaction
from app.indicators.recompute import recompute
from tests.indicators.estimation.stored import Stored, compare, intervals, observe, read, relative
from tests.survey import start_survey

# Design -> sample, columns of a stratum, its size, whether villages were drawn, levels compared.
DESIGNS = {
    "b_srs_fpc": ("b", ("village_id",), "N_hh", False, ("village", "commune", "all")),
    "b2_disprop_fpc": ("b2", ("village_id", "poor"), "N_b2", False, ("village", "commune", "all")),
    "c_2st_wr": ("c", ("commune_id",), "N_hh", True, ("commune", "all")),
    "c_village": ("c", ("commune_id",), "N_hh", True, ("village",)),
}


def draw(stored, households, columns_of_stratum, size, *, villages):
    """The sample's tables, as the columns of the survey say that it was drawn."""
    drawn = [r.cells for r in households if r.cells[f"status_{stored.sample}"]]
    taken = {
        (cells["commune_id"], cells["village_id"]) for cells in drawn
    }  # the villages, where those are drawn
    per_commune = Counter(commune for commune, _ in taken)
    parts, members = {}, []
    for cells in drawn:
        stratum = "/".join(cells[name] for name in columns_of_stratum)
        part = f"{stratum}/{cells['village_id']}" if villages else stratum
        chance = per_commune[cells["commune_id"]] / int(cells["N_vil"]) if villages else 1.0
        village = stored.villages[cells["village_id"]].id
        parts.setdefault(part, [stratum, village, int(cells[size]), chance, 0])[4] += 1
        members.append((cells["hh_id"], village, stratum, part))
    (sample_id,) = (
        driver()
        .execute(
            "insert into samples (round_id, kind, settings, seed, frame_sha256, frame, drawn,"
            " drawn_by) values (%s, 'stratified', '{}', 's', '', %s, %s, 'x') returning id",
            (stored.survey.round.id, len(households), len(drawn)),
        )
        .fetchone()
    )
    chances = {p: chance * n / frame for p, (_, _, frame, chance, n) in parts.items()}
    driver().execute(
        "insert into sample_parts (sample_id, code, stratum, village_id, frame, drawn,"
        " probability, chance) select %s, * from unnest(%s::text[], %s::text[], %s::int[],"
        " %s::int[], %s::int[], %s::float8[], %s::float8[])",
        [sample_id, *columns([
            (p, stratum, village if villages else None, frame, n, chances[p], chance)
            for p, (stratum, village, frame, chance, n) in parts.items()
        ])],
    )  # fmt: skip
    driver().execute(
        "insert into sample_households (sample_id, household, village_id, stratum, part,"
        " probability, place, role) select %s, *, 1, 'drawn' from unnest(%s::text[], %s::int[],"
        " %s::text[], %s::text[], %s::float8[])",
        [sample_id, *columns([(*member, chances[member[3]]) for member in members])],
    )


def refuse(stored, households, form_id):
    """Those who refused count as that; those who were away are not known."""
    for number, row in enumerate(households, 100_000):
        cells = row.cells
        if cells[f"status_{stored.sample}"] != "refused":
            continue
        code, village = cells["hh_id"], stored.villages[cells["village_id"]].id
        driver().execute(
            "insert into counted_interviews values (%s, %s, %s, %s, %s, %s, %s, 'refused')",
            (stored.survey.round.id, form_id, code, number, number, village, code),
        )
        driver().execute(
            "insert into interviews (instance_pk, submission_id, form_id, subject,"
            " interviewed_on, outcome, answers)"
            " values (%s, %s, %s, %s, '2026-11-01', 'refused', '{}')",
            (number, number, form_id, code),
        )


@pytest.fixture(params=DESIGNS)
def design(request):
    return request.param


@pytest.fixture
def figures(app, design, households, persons, oracle):
    """(level, unit, breakdown, value, indicator) -> figure."""
    sample, stratum, size, villages, levels = DESIGNS[design]
    survey = start_survey(households=0)
    with transaction():
        stored = Stored(survey, sample, households, oracle)
        stored.frame(households)
        draw(stored, households, stratum, size, villages=villages)
        homes = {cells["hh_id"] for cells in stored.complete}
        observed = observe(stored.complete, "hh_", stored.indicators)
        members = [row.cells for row in persons if row.cells["hh_id"] in homes]
        for code, said in observe(members, "p1", stored.indicators).items():
            observed[code].update(said)
        (form_id,) = driver().execute("select id from forms where xml_form_id = 'ho'").fetchone()
        stored.count(observed, form_id, 1)
        refuse(stored, households, form_id)
        recompute([(survey.round.id, village.id) for village in stored.villages.values()])
    return read(stored, levels)


def differences(found, known):
    """How far each number is from R's, relative to it.

    A stratum taken whole (C3V6, poor of small villages) has no part in our degrees of freedom, and
    has in R's.
    """
    pairs = {"est": found.value, "n_valid": found.n}
    if known["design"] != "c_village":  # there R's weights are those of both stages
        pairs |= {"w_num": found.numerator, "w_den": found.denominator}
    if int(known["df"]) > 0 and found.df is not None and found.df > 0:
        pairs |= {"se": found.se}
    if found.ci_method != "census":
        pairs |= {"deff_wr": found.deff}
    if found.df is not None and found.df < int(known["df"]):
        assert known["design"] in {"b_srs_fpc", "b2_disprop_fpc"}
    elif found.ci_method != "census":
        pairs |= {"df": found.df} | intervals(found)
    return relative(pairs, known)


def test_stored_sums_of_samples_give_the_figures_of_r(design, figures, oracle):
    compare(figures, oracle, design, DESIGNS[design][4], differences)
