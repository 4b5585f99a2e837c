"""R's post-stratified and raked figures, out of releases that know the population."""

from collections import Counter

import pytest

from app.accounts.actors import OPERATOR
from app.db import columns, db, driver, transaction
from app.indicators.cells import Cell
from app.indicators.queries import find_figures
from app.indicators.recompute import recompute
from app.indicators.release_queries import get_release
from tests import people, releasing
from tests.indicators.estimation.stored import COMMUNES, LEVELS, Stored, observe
from tests.indicators.estimation.test_stored_samples import draw, refuse
from tests.survey import start_survey

OLD = "p60_smartphone"  # not in the survey: the smartphone, of those of 60 and more
# Indicators about everybody of other ages than these: nobody of a cell is outside.
TOO_YOUNG = {
    "p15_account": ("0-14",),
    "p15_account_cashless": ("0-14",),
    "p15_skill5": ("0-14",),
    "p18_smartphone": ("0-14", "15-17"),
    OLD: ("0-14", "15-17", "18-39", "40-59"),
}
BREAKDOWNS = ("", "sexage")


def known(code, totals):
    """Commune, sex and age, and how many there are of those whom an indicator is about."""
    for row in totals:
        cells = row.cells
        if cells["age_group"] not in TOO_YOUNG[code]:
            sexage = f"{cells['sex']}:{cells['age_group']}"
            yield COMMUNES[cells["commune_id"]], sexage, float(cells["N"])


def post_strata(totals):
    for code in TOO_YOUNG.keys() - {OLD}:
        for commune, sexage, n in known(code, totals):
            yield code, "commune/sexage", f"{commune}/{sexage}", n


def margins(totals):
    for code in TOO_YOUNG:
        sums = Counter()
        for commune, sexage, n in known(code, totals):
            sums["commune", commune] += n
            sums["sexage", sexage] += n
        yield from ((code, margin, level, n) for (margin, level), n in sums.items())


def know(survey, rows):
    driver().execute("delete from known_totals")
    driver().execute(
        "insert into known_totals (round_id, indicator, margin, level, n)"
        " select %s, * from unnest(%s::text[], %s::text[], %s::text[], %s::float8[])",
        [survey.round.id, *columns(list(rows))],
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
def release(app, households, persons, oracle):
    """Releases the sample b, fitted to some totals: (level, unit, indicator) -> figure."""
    survey = start_survey(households=0)
    with transaction():
        stored = Stored(survey, "b", households, oracle)
        stored.indicators[OLD] = (stored.define(OLD, "prop"), "prop")
        stored.frame(households)
        draw(stored, households, ("village_id",), "N_hh", villages=False)
        homes = {cells["hh_id"] for cells in stored.complete}
        members = [with_old(row.cells) for row in persons if row.cells["hh_id"] in homes]
        wanted = {code: stored.indicators[code] for code in TOO_YOUNG}
        observed = observe(members, "p", wanted, BREAKDOWNS)
        note_missing(members, observed)
        (form_id,) = driver().execute("select id from forms where xml_form_id = 'ho'").fetchone()
        stored.count(observed, form_id, 1)
        refuse(stored, households, form_id)
        recompute([(survey.round.id, village.id) for village in stored.villages.values()])
        driver().execute("delete from stale_villages")
    province = people.unit(people.GIA_LAI)
    names = {people.unit(code).id: name for name, code in COMMUNES.items()} | {province.id: "ALL"}

    def release(totals):
        with transaction():
            know(survey, totals)
            releasing.release(db.session.merge(survey.round), OPERATOR)
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

    return release


def with_old(cells):
    """A member, with an indicator that most households have nobody for."""
    is_old = cells["age_group"] == "60+"
    return {
        **cells,
        f"{OLD}_e": "01"[is_old],
        f"{OLD}_y": cells["p18_smartphone_y"] if is_old else "",
    }


def numbers(found):
    return {
        "est": found.value, "se": found.se, "w_num": found.numerator, "w_den": found.denominator,
        "df": found.df, "deff_wr": found.deff, "ci_kg_lo": found.ci[0], "ci_kg_hi": found.ci[1],
    }  # fmt: skip


def test_a_release_that_knows_the_population_gives_the_figures_of_r(release, oracle, totals):
    figures = release(post_strata(totals["pop_poststrata.csv"]))
    compared = {}
    for row in oracle:
        place = (row["level"], row["geo_id"], row["indicator"])
        wanted = (row["design"], row["lonely"], row["breakdown"]) == ("d_ps", "adjust", "")
        if not wanted or row["indicator"] not in TOO_YOUNG or place not in figures:
            continue
        assert figures[place].is_calibrated
        for name, value in numbers(figures[place]).items():
            known = float(row[name])
            compared[*place, name] = abs(value - known) / abs(known)

    print(f"d_ps: {len(compared)} values, at most {max(compared.values()):.1e} apart")
    assert len(compared) == 4 * 4 * 8
    assert {key: far for key, far in compared.items() if far > 1e-9} == {}


# calibrate(subset(b, EVERYBODY IT IS ABOUT), ~commune_id + sexage, margins, calfun = "raking",
# epsilon = 1e-14): svymean with deff = "replace", degf, and Korn and Graubard's interval of these.
RAKED = {
    ("p15_account", "ALL"): (
        0.6071765784782,
        0.01695542343993,
        3271.065883738,
        5387.338707854,
        308,
        1.117338156521,
        0.5729166887734,
        0.6406681266835,
    ),
    ("p15_account", "C1"): (
        0.6788889044484,
        0.02860455868166,
        1333.003887515,
        1963.508136281,
        101,
        1.17479156063,
        0.6186671412146,
        0.7350093902107,
    ),
    ("p15_account", "C2"): (
        0.5422924745371,
        0.03290629446902,
        811.776485445,
        1496.934815734,
        81,
        0.9859270178366,
        0.4747574937872,
        0.6086975608677,
    ),
    ("p15_account", "C3"): (
        0.5845077541763,
        0.02671371237345,
        1126.285510777,
        1926.895755839,
        126,
        1.134233828113,
        0.5297669112497,
        0.6377451566555,
    ),
    ("p15_account_cashless", "ALL"): (
        0.2420695287163,
        0.01400681478535,
        1244.659016036,
        5141.741807143,
        306,
        0.960252875619,
        0.2143964956533,
        0.2714439056609,
    ),
    ("p15_account_cashless", "C1"): (
        0.3031013357018,
        0.02547095917161,
        553.5354596064,
        1826.238932022,
        100,
        0.9336985850275,
        0.2520187191379,
        0.3580570332524,
    ),
    ("p15_account_cashless", "C2"): (
        0.204024584931,
        0.02861210505245,
        298.8199552184,
        1464.627193431,
        80,
        1.114062968412,
        0.1497407505227,
        0.2675605995715,
    ),
    ("p15_account_cashless", "C3"): (
        0.2119556732481,
        0.01977462515203,
        392.3036012114,
        1850.875681691,
        126,
        0.8685498244083,
        0.1715162733163,
        0.2570477975908,
    ),
    ("p15_skill5", "ALL"): (
        0.1959087349083,
        0.01306147088178,
        1074.271272778,
        5483.529222322,
        312,
        1.018011964565,
        0.170705921738,
        0.2230780044514,
    ),
    ("p15_skill5", "C1"): (
        0.2671822208588,
        0.0266003628063,
        528.5247168627,
        1978.143287992,
        102,
        1.138366537622,
        0.2155783011164,
        0.3239329765027,
    ),
    ("p15_skill5", "C2"): (
        0.159462608211,
        0.02391945670524,
        245.6993240361,
        1540.795844195,
        80,
        0.9903180750323,
        0.1146115307191,
        0.2133490818754,
    ),
    ("p15_skill5", "C3"): (
        0.1527276521376,
        0.01809553982638,
        300.0472318791,
        1964.590090135,
        130,
        0.9894164718784,
        0.1185078237407,
        0.1923182008456,
    ),
    ("p18_smartphone", "ALL"): (
        0.6645081754915,
        0.01619977307489,
        3422.298771693,
        5150.122899784,
        314,
        1.050026951654,
        0.631554599978,
        0.696309622421,
    ),
    ("p18_smartphone", "C1"): (
        0.7247146955445,
        0.02719557243069,
        1379.129712813,
        1902.99675347,
        102,
        1.156647190214,
        0.6667819240546,
        0.7775518116314,
    ),
    ("p18_smartphone", "C2"): (
        0.6444226048283,
        0.0305013712367,
        911.5707736683,
        1414.554310849,
        82,
        0.8647955010479,
        0.5762948829167,
        0.7084867894297,
    ),
    ("p18_smartphone", "C3"): (
        0.6174919112645,
        0.0273265112282,
        1131.598285211,
        1832.571835465,
        130,
        1.153956255742,
        0.5611003844948,
        0.6716333673556,
    ),
    (OLD, "ALL"): (
        0.5531985209921,
        0.04239137270995,
        516.9966889023,
        934.5590584283,
        94,
        1.068751365099,
        0.4656813418562,
        0.6383529050076,
    ),
    (OLD, "C1"): (
        0.6089509218188,
        0.09266727775632,
        207.4885674906,
        340.7311821959,
        33,
        1.875178414881,
        0.4035323682567,
        0.7895054364174,
    ),
    (OLD, "C2"): (
        0.5037193822284,
        0.07374376447196,
        129.3309278755,
        256.7519385563,
        20,
        0.652613248315,
        0.3193464627723,
        0.6873549296844,
    ),
    (OLD, "C3"): (
        0.534529977958,
        0.06007332672347,
        180.1771935362,
        337.0759376762,
        41,
        0.913776810265,
        0.4054839785368,
        0.6602757124443,
    ),
}


def test_a_release_with_several_margins_is_raked_as_in_r(release, totals):
    figures = release(margins(totals["pop_poststrata.csv"]))
    compared = {}
    for (code, unit), known in RAKED.items():
        found = figures["all" if unit == "ALL" else "commune", unit, code]
        assert found.is_calibrated
        for (name, value), said in zip(numbers(found).items(), known, strict=True):
            compared[code, unit, name] = abs(value - said) / abs(said)

    print(f"raked: {len(compared)} values, at most {max(compared.values()):.1e} apart")
    assert len(compared) == 5 * 4 * 8
    assert {key: far for key, far in compared.items() if far > 1e-9} == {}
