"""Every design of the invented survey, against R's survey package."""

from itertools import product

import pytest

from app.indicators.estimation.estimate import estimate
from app.indicators.estimation.plan import read_plan
from app.indicators.estimation.result import COLUMNS

HH, VILLAGE = ["hh_id"], ["village_id"]
DESIGNS = {  # sample, ids, strata, fpc
    "a_census": ("a", HH, VILLAGE, ["N_hh"]),
    "b_srs_fpc": ("b", HH, VILLAGE, ["N_hh"]),
    "b_srs_wr": ("b", HH, VILLAGE, None),
    "b2_disprop_fpc": ("b2", HH, ["village_id", "poor"], ["N_b2"]),
    "b3_pps_fpcN": ("b3", HH, VILLAGE, ["N_hh"]),
    "b3_pps_wr": ("b3", HH, VILLAGE, None),
    "c_2st_fpc": ("c", ["village_id", "hh_id"], ["commune_id"], ["N_vil", "N_hh"]),
    "c_uc_fpc1": ("c", VILLAGE, ["commune_id"], ["N_vil"]),
    "c_2st_wr": ("c", VILLAGE, ["commune_id"], None),
    "c_village": ("c", HH, VILLAGE, ["N_hh"]),
    "d_ps": ("b", HH, VILLAGE, ["N_hh"]),
    "d_rake": ("b", HH, VILLAGE, ["N_hh"]),
}
CALIBRATIONS = {
    "d_ps": {
        "kind": "poststratify",
        "by": ["commune_id", "sex", "age_group"],
        "totals": "pop_poststrata.csv",
    },
    "d_rake": {"kind": "rake", "margins": ["village_rk", "sexage"], "totals": "pop_raking.csv"},
}
UNITS = {"village": "village_id", "commune": "commune_id", "all": None}
TEXTS = {"ci_rec_method", "flags"}
COMPARED = [name for name in COLUMNS[6:] if name != "strata_left_out"]


def plan_for(design, lonely, wanted):
    sample, ids, strata, fpc = DESIGNS[design]
    codes = {(row["indicator"], row["kind"]) for row in wanted}
    domains = {(row["level"], row["breakdown"]) for row in wanted}
    indicators = [
        {
            "code": code,
            "kind": kind,
            "y": f"{code}_y",
            "x": f"{code}_x" if kind == "ratio" else None,
            "eligible": f"{code}_e",
        }
        for code, kind in sorted(codes)
    ]
    return read_plan(
        {
            "filter": {f"status_{sample}": "complete"},
            "ids": ids,
            "strata": strata,
            "fpc": fpc,
            "weight": f"w_{sample}",
            "lonely": lonely,
            "calibration": CALIBRATIONS.get(design),
            "indicators": indicators,
            "domains": [
                {"level": level, "unit": UNITS[level], "breakdown": breakdown or None}
                for level, breakdown in sorted(domains)
            ],
        }
    )


def differences(found, expected):
    for name in COMPARED:
        value, known = getattr(found, name), expected[name]
        if name in TEXTS or value is None or known == "":
            same = ("" if value is None else value) == known
        else:
            same = value == pytest.approx(float(known), rel=1e-9, abs=1e-12)
        if not same:
            yield f"{name}: {value!r}, not {known!r}"


CASES = [*product(DESIGNS, ["adjust"]), ("b_srs_fpc", "remove")]


@pytest.mark.parametrize(("design", "lonely"), CASES)
def test_the_figures_are_those_of_r(design, lonely, households, persons, totals, oracle):
    wanted = [row for row in oracle if (row["design"], row["lonely"]) == (design, lonely)]
    adjustment = CALIBRATIONS.get(design)
    known = totals[adjustment["totals"]] if adjustment else ()
    found = {}
    for rows, prefix in ((households, "hh_"), (persons, "p1")):
        mine = [row for row in wanted if row["indicator"].startswith(prefix)]
        for figure in estimate(rows, plan_for(design, lonely, mine), known) if mine else ():
            place = figure.level, figure.geo_id, figure.breakdown, figure.breakdown_value
            found[*place, figure.indicator] = figure
    wrong = []
    for row in wanted:
        keys = ("level", "geo_id", "breakdown", "breakdown_value", "indicator")
        place = tuple(row[key] for key in keys)
        wrong += [f"{place} {text}" for text in differences(found[place], row)]

    assert len(wanted) > 20
    assert wrong == []
