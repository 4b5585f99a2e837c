"""The invented survey where interviews leave it, and the figures the product makes of it.

A registry, which interview counts for each household, and what each says to each indicator. From
there on everything is the product's own.
"""

from collections import defaultdict
from datetime import date

from psycopg.types.json import Jsonb

from app.accounts.actors import OPERATOR
from app.db import columns, driver
from app.indicators.cells import add
from app.indicators.definitions import Indicator
from app.indicators.queries import find_figures
from tests import people

COMMUNES = {"C1": people.IA_DOM, "C2": people.PLEIKU, "C3": "23869"}
LEVELS = {"village": "village", "commune": "commune", "all": "province"}
BREAKDOWNS = ("", "poor", "sex", "age_group")


class Stored:
    """The survey in the product's tables."""

    def __init__(self, survey, sample, households, oracle):
        self.survey, self.sample = survey, sample
        self.complete = [r.cells for r in households if r.cells[f"status_{sample}"] == "complete"]
        self.villages = {
            name: people.village(name, COMMUNES[name[:2]])
            for name in sorted({row.cells["village_id"] for row in households})
        }
        kinds = sorted({(row["indicator"], row["kind"]) for row in oracle})
        self.indicators = {code: (self.define(code, kind), kind) for code, kind in kinds}
        self.domains = {}

    def define(self, code, kind):
        numerator = "true()" if kind == "prop" else "2"
        said = Indicator(code, "1", "m", numerator).to_json()
        return (
            driver()
            .execute(
                "insert into indicator_versions (project_id, form_id, form_version_id, code,"
                " version, unit, labels, definition) select project_id, id, current_version_id, %s,"
                " '1', 'm', '{}', %s from forms where xml_form_id = 'ho' returning id",
                (code, Jsonb(said)),
            )
            .fetchone()[0]
        )

    def domain(self, code, breakdown, value):
        key = (code, breakdown, value)
        if key not in self.domains:
            self.domains[key] = (
                driver()
                .execute(
                    "insert into indicator_domains (indicator_id, breakdown, value)"
                    " values (%s, %s, %s) returning id",
                    (self.indicators[code][0], breakdown, value),
                )
                .fetchone()[0]
            )
        return self.domains[key]

    def frame(self, households):
        sizes = {r.cells["village_id"]: int(r.cells["N_hh"]) for r in households}
        rows = [
            (self.survey.project.id, f"{name}-{number}", self.villages[name].id)
            for name, size in sizes.items()
            for number in range(size)
        ]
        driver().execute(
            "insert into households (project_id, code, village_id)"
            " select * from unnest(%s::int[], %s::text[], %s::int[])",
            columns(rows),
        )

    def count(self, observed, form_id, first):
        """Interviews that count, with what they say: household -> cells."""
        for number, cells in enumerate(self.complete, first):
            code, village = cells["hh_id"], self.villages[cells["village_id"]].id
            counted = (self.survey.round.id, form_id, code, number, number, village, code)
            driver().execute(
                "insert into counted_interviews values (%s, %s, %s, %s, %s, %s, %s, 'complete')",
                counted,
            )
            driver().execute(
                "insert into interviews (instance_pk, submission_id, form_id, subject, household,"
                " interviewed_on, outcome, adults, answers)"
                " values (%s, %s, %s, %s, %s, %s, 'complete', 1, '{}')",
                (number, number, form_id, code, code, date(2026, 11, 1)),
            )
            said = list(observed.get(code, {}).items())
            names = ("n", "y", "x", "yy", "xy", "xx")
            ids = [self.domain(*key) for key, _ in said]
            sums = [[getattr(cell, name) for _, cell in said] for name in names]
            reasons = ("dont_know", "refused", "blank", "irrelevant")
            missing = [[getattr(cell, name) for _, cell in said] for name in reasons]
            driver().execute(
                "insert into observations values (%s" + ", %s" * 11 + ")",
                (number, ids, *sums, *missing),
            )


def observe(rows, prefix, indicators, breakdowns=BREAKDOWNS):
    """What each household says: (indicator, breakdown, value) -> cell; answers only."""
    said = defaultdict(dict)
    for cells in rows:
        for code, (_, kind) in indicators.items():
            y = cells.get(f"{code}_y", "")
            x = cells.get(f"{code}_x", "") if kind == "ratio" else "1"
            if code.startswith(prefix) and cells[f"{code}_e"] == "1" and y and x:
                for breakdown in breakdowns:
                    if breakdown == "" or cells.get(breakdown):
                        key = (code, breakdown, cells.get(breakdown, ""))
                        add(said[cells["hh_id"]], key, (float(y), float(x)))
    return said


def read(stored, levels):
    names = {village.id: name for name, village in stored.villages.items()}
    names |= {people.unit(code).id: name for name, code in COMMUNES.items()}
    province = people.unit(people.GIA_LAI)
    names[province.id] = "ALL"
    return {
        (level, names[f.unit_id], f.breakdown, f.breakdown_value, f.indicator): f
        for level in levels
        for f in find_figures(
            OPERATOR,
            round_=stored.survey.round,
            unit_id=province.id,
            level=LEVELS[level],
            by=None,
        )
        if f.unit_id in names
    }


def relative(pairs, known):
    """Name and relative difference of each number that R has as well."""
    for name, value in pairs.items():
        if known[name] != "" and value is not None:
            number = float(known[name])
            yield name, abs(value - number) / max(abs(number), 1e-3)


def intervals(found):
    name = {"logit": "logit", "korn_graubard": "kg", "t": "lin"}.get(found.ci_method)
    if name is None or found.ci is None:
        return {}
    low, high = found.ci
    return {f"ci_{name}_lo": low, f"ci_{name}_hi": high}


def compare(figures, oracle, design, levels, differences):
    """Every number of R's for a design is that of the stored sums, up to 1e-9."""
    compared = {}
    for row in oracle:
        if row["design"] == design and row["lonely"] == "adjust" and row["level"] in levels:
            keys = ("level", "geo_id", "breakdown", "breakdown_value", "indicator")
            place = tuple(row[key] for key in keys)
            if row["est"] == "":
                assert place not in figures or figures[place].value is None
                continue
            compared |= {
                (*place, name): how_far for name, how_far in differences(figures[place], row)
            }
            if int(row["df"]) < 1 and figures[place].ci_method != "census":
                assert (figures[place].se, figures[place].ci) == (None, None)

    print(f"{design}: {len(compared)} values, at most {max(compared.values()):.1e} apart")
    assert len(compared) > 200
    assert {key: far for key, far in compared.items() if far > 1e-9} == {}
