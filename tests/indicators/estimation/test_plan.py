"""The design file: what it may say, and how its faults are told."""

import pytest

from app.indicators.estimation.plan import DataFault, read_plan


def design(**changes):
    whole = {
        "filter": {"status": "complete"},
        "ids": ["village", "hh"],
        "strata": ["commune"],
        "fpc": ["N", "M"],
        "weight": "w",
        "lonely": "adjust",
        "calibration": None,
        "indicators": [{"code": "fiber", "kind": "prop", "y": "f_y", "x": None, "eligible": "f_e"}],
        "domains": [{"level": "commune", "unit": "commune", "breakdown": "sex"}],
    }
    return {key: value for key, value in (whole | changes).items() if value != "absent"}


def test_every_column_it_names_is_known():
    raking = {"kind": "rake", "margins": ["age"], "totals": "t.csv"}
    plan = read_plan(design(calibration=raking))

    wanted = {"status", "village", "hh", "commune", "N", "M", "w", "f_y", "f_e", "sex", "age"}
    assert plan.columns == wanted


def test_a_filter_wants_a_value_or_one_of_several():
    wanted = {"status": "complete", "round": [2, 3], "done": True, "left": [None, "no"]}
    plan = read_plan(design(filter=wanted))

    assert plan.filter == (
        ("status", {"complete"}), ("round", {2.0, 3.0}), ("done", {1.0}), ("left", {None, "no"})
    )  # fmt: skip


def test_the_size_of_one_stage_may_be_unknown():
    plan = read_plan(design(fpc=["N", None]))

    assert plan.fpc == ("N", None)
    assert {"N"} == plan.columns & {"N", "M", None, ""}


def test_what_may_be_left_out():
    plan = read_plan(design(filter="absent", strata="absent", fpc="absent", lonely="absent"))

    assert (plan.filter, plan.strata, plan.fpc, plan.lonely) == ((), (), None, "adjust")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight": "absent"}, "the design lacks weight"),
        ({"wieght": "w"}, "the design has wieght, which means nothing here"),
        ({"ids": []}, "ids names one column, or two"),
        ({"ids": ["a", "b", "c"]}, "ids names one column, or two"),
        ({"ids": "hh"}, "ids must be a list of columns"),
        ({"fpc": ["N"]}, "fpc is null or names as many columns as ids"),
        ({"lonely": "average"}, "lonely must be one of adjust, remove, not 'average'"),
        ({"weight": 3}, "weight must be a name"),
        ({"filter": ["status"]}, "filter must be columns and the value"),
        ({"filter": {"status": []}}, "filter.status must be a value, or a list of values"),
        ({"filter": {"status": {"is": 1}}}, "filter.status must be a value, or a list"),
        ({"indicators": []}, "indicators must be a list with at least one entry"),
        (
            {"indicators": [{"code": "i", "kind": "median", "y": "y"}]},
            "indicators[0].kind must be one of prop, mean, ratio, total, not 'median'",
        ),
        (
            {"indicators": [{"code": "i", "kind": "ratio", "y": "y"}]},
            "indicators[0].x: a ratio, and only a ratio, has an x",
        ),
        ({"indicators": [{"code": "i"}]}, "indicators[0] lacks kind"),
        ({"domains": [{"unit": "commune"}]}, "domains[0] lacks level"),
        ({"calibration": {"kind": "guess"}}, "calibration.kind must be poststratify or rake"),
        ({"calibration": {"kind": "rake", "by": ["a"]}}, "calibration lacks margins"),
    ],
)
def test_faults_name_their_place(changes, message):
    with pytest.raises(DataFault) as refused:
        read_plan(design(**changes))

    assert refused.value.source == "design"
    assert message in str(refused.value)


def test_a_design_that_is_no_object():
    with pytest.raises(DataFault, match="the design must be an object"):
        read_plan(["ids"])
