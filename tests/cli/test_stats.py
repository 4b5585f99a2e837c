"""`thonso stats estimate`: files in, one file out, faults with file, row and column."""

import csv
import json

import pytest
from click.testing import CliRunner

from app.cli.main import cli

ROWS = """\
village,hh,N,w,sex,y,e
A,1,100,10,F,1,1
A,2,100,10,M,0,1
A,3,100,10,F,1,1
B,4,50,25,F,0,1
B,5,50,25,M,,1
C,6,30,,F,,0
"""
DESIGN = {
    "ids": ["hh"],
    "strata": ["village"],
    "fpc": ["N"],
    "weight": "w",
    "indicators": [{"code": "fiber", "kind": "prop", "y": "y", "eligible": "e"}],
    "domains": [{"level": "village", "unit": "village"}, {"level": "all", "breakdown": "sex"}],
}
WITHOUT_C = {**DESIGN, "filter": {"e": 1}}
HEADER = (
    "level,geo_id,breakdown,breakdown_value,indicator,kind,n_eligible,n_valid,n_missing,"
    "n_psu_valid,n_strata_valid,w_num,w_den,se_w_num,se_w_den,est,se,var,cv,df,deff_wr,deff_wor,"
    "kish_neff,ci_lin_lo,ci_lin_hi,ci_logit_lo,ci_logit_hi,ci_kg_lo,ci_kg_hi,ci_wilson_lo,"
    "ci_wilson_hi,ci_rec_lo,ci_rec_hi,ci_rec_method,flags,strata_left_out"
)


@pytest.fixture
def run(tmp_path):
    """Writes data and design (and totals.csv), runs the command; result and the lines written."""

    def run(rows=ROWS, design=WITHOUT_C, totals=None):
        (tmp_path / "rows.csv").write_bytes(rows if isinstance(rows, bytes) else rows.encode())
        text = design if isinstance(design, str) else json.dumps(design)
        (tmp_path / "design.json").write_text(text)
        if totals is not None:
            (tmp_path / "totals.csv").write_text(totals)
        out = tmp_path / "result.csv"
        files = {"data": "rows.csv", "design": "design.json", "out": "result.csv"}
        options = [f"--{name}={tmp_path / file}" for name, file in files.items()]
        done = CliRunner().invoke(cli, ["stats", "estimate", *options], catch_exceptions=False)
        return done, out.read_text() if out.exists() else None

    return run


def test_figures_are_written(run):
    done, written = run()
    lines = list(csv.DictReader(written.splitlines()))
    places = [(line["level"], line["geo_id"], line["breakdown_value"]) for line in lines]
    a, b, c, women, _ = lines

    assert done.exit_code == 0
    assert written.splitlines()[0] == HEADER
    assert places == [
        ("village", "A", ""),
        ("village", "B", ""),
        ("village", "C", ""),
        ("all", "ALL", "F"),
        ("all", "ALL", "M"),
    ]
    assert float(a["est"]) == pytest.approx(2 / 3)
    assert float(a["se"]) == pytest.approx((0.97 * 3 / 2 * (2 / 3)) ** 0.5 * 10 / 30)
    assert (b["n_eligible"], b["n_missing"], b["flags"]) == ("2", "1", "df0;zero_var;")
    assert (c["est"], c["flags"]) == ("", "no_eligible")
    assert float(women["est"]) == pytest.approx(20 / 45)


def test_a_stratum_where_nobody_was_asked_is_told(run):
    done, written = run()

    assert "warning: no sampled row in village: C (see strata_left_out)" in done.stderr
    assert written.splitlines()[-1].endswith(",C")


def test_totals_stand_beside_the_design(run):
    given = {"kind": "poststratify", "by": ["sex"], "totals": "totals.csv"}
    done, written = run(design={**WITHOUT_C, "calibration": given}, totals="sex,N\nF,90\nM,60\n")
    women = next(line for line in csv.DictReader(written.splitlines()) if line["level"] == "all")

    assert done.exit_code == 0
    assert float(women["w_den"]) == pytest.approx(90)


def test_a_spreadsheet_s_byte_order_mark_is_no_part_of_a_name(run):
    done, _ = run(rows="\ufeff" + ROWS)

    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("rows", "design", "file", "message"),
    [
        (ROWS, DESIGN, "rows.csv", "row 7, column w: is blank"),
        (ROWS.replace("A,2,100,10", "A,2,100,-1"), WITHOUT_C, "rows.csv", "row 3, column w: -1 is"),
        (
            ROWS.replace(",50,", ",1,"),
            WITHOUT_C,
            "rows.csv",
            "row 5, column N: 1 is less than the 2 sampled in B",
        ),
        (ROWS.replace(",N,", ",M,"), WITHOUT_C, "rows.csv", "row 1, column N: is missing"),
        (ROWS.replace(",sex,", ",N,"), WITHOUT_C, "rows.csv", "row 1, column N: is there twice"),
        (ROWS + "C,7\n", WITHOUT_C, "rows.csv", "row 8: has 2 cells, the header has 7"),
        (ROWS.replace(",", ";"), WITHOUT_C, "rows.csv", "must be separated by commas"),
        ("", WITHOUT_C, "rows.csv", "is missing"),
        (ROWS.splitlines()[0], WITHOUT_C, "rows.csv", "no row is left by the filter"),
        (b"village\xff", WITHOUT_C, "rows.csv", "is not a CSV file in UTF-8"),
        (ROWS, '{"ids": [hh]}', "design.json", "line 1, column 10: Expecting value"),
        (ROWS, '{"ids": ["hh"], "ids": ["village"]}', "design.json", "ids is there twice"),
        (ROWS, "[" * 100_000, "design.json", "is nested too deeply"),
        (ROWS, {**DESIGN, "lonely": "average"}, "design.json", "lonely must be one of"),
        (
            ROWS,
            {**DESIGN, "calibration": {"kind": "rake", "margins": ["sex"], "totals": "no.csv"}},
            "no.csv",
            "cannot be read: No such file",
        ),
    ],
)
def test_faults_are_one_line_and_nothing_is_written(rows, design, file, message, run, tmp_path):
    done, written = run(rows, design)

    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {tmp_path / file}: ")
    assert message in done.output
    assert done.output.count("\n") == 1
    assert written is None


def test_a_result_that_cannot_be_written(tmp_path):
    for name, text in (("rows.csv", ROWS), ("design.json", json.dumps(WITHOUT_C))):
        (tmp_path / name).write_text(text)
    files = {"data": "rows.csv", "design": "design.json", "out": "no/result.csv"}
    options = [f"--{name}={tmp_path / file}" for name, file in files.items()]
    done = CliRunner().invoke(cli, ["stats", "estimate", *options], catch_exceptions=False)

    assert done.exit_code == 1
    assert "no/result.csv: cannot be written: No such file" in done.output


@pytest.mark.parametrize("name", ["rows.csv", "design.json"])
def test_what_is_read_is_not_overwritten(name, tmp_path):
    for file, text in (("rows.csv", ROWS), ("design.json", json.dumps(WITHOUT_C))):
        (tmp_path / file).write_text(text)
    before = (tmp_path / name).read_text()
    files = {"data": "rows.csv", "design": "design.json", "out": f"../{tmp_path.name}/{name}"}
    options = [f"--{option}={tmp_path / file}" for option, file in files.items()]
    done = CliRunner().invoke(cli, ["stats", "estimate", *options], catch_exceptions=False)

    assert "is what the result is made of; name another file" in done.output
    assert (done.exit_code, (tmp_path / name).read_text()) == (1, before)


def test_a_name_that_is_no_text_leaves_no_empty_file(run):
    indicators = [{**WITHOUT_C["indicators"][0], "code": "\ud800"}]
    done, written = run(design={**WITHOUT_C, "indicators": indicators})

    assert "result.csv: cannot be written: 'utf-8' codec can't encode" in done.output
    assert (done.exit_code, done.output.count("\n"), written) == (1, 1, None)


def test_totals_that_do_not_fit_name_their_file(run, tmp_path):
    given = {"kind": "poststratify", "by": ["sex"], "totals": "totals.csv"}
    done, _ = run(design={**WITHOUT_C, "calibration": given}, totals="sex,N\nF,90\nM,60\nX,1\n")

    assert done.output.startswith(f"Error: {tmp_path / 'totals.csv'}: row 4: nobody in the sample")


def test_a_total_that_is_no_number_is_not_a_fault_of_the_data(run, tmp_path):
    given = {"kind": "poststratify", "by": ["sex"], "totals": "totals.csv"}
    done, _ = run(design={**WITHOUT_C, "calibration": given}, totals="sex,N\nF,90\nM,many\n")

    totals = tmp_path / "totals.csv"
    assert done.output == f"Error: {totals}: row 3, column N: 'many' is not a number\n"


def test_totals_without_a_usable_name(run):
    given = {"kind": "rake", "margins": ["sex"], "totals": "a\0b"}
    done, _ = run(design={**WITHOUT_C, "calibration": given})

    assert done.exit_code == 1
    assert "embedded null byte" in done.output


def test_a_filter_beyond_all_numbers_lets_nobody_through(run):
    done, _ = run(design=json.dumps(WITHOUT_C).replace('{"e": 1}', f'{{"e": {"9" * 5000}}}'))

    assert (done.exit_code, "no row is left by the filter" in done.output) == (1, True)
