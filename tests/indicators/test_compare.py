"""What differs between versions of indicators."""

from dataclasses import replace

from app.indicators.compare import Cell, Change, compare
from app.indicators.definitions import Breakdown, Indicator, MissingCode

FIBRE = Indicator("FIBRE", "1", "household", "${fibre} = '1'", labels={"en": "Fibre"})


def test_the_same_is_no_change_whatever_it_is_called():
    assert compare([FIBRE], [replace(FIBRE, labels={"en": "Fiber"}, note="spelling")]) == []


def test_each_cell_that_differs_is_named():
    after = replace(
        FIBRE,
        version="2",
        numerator="${fibre} = '2'",
        by=(Breakdown("sex", "${sex}"),),
        missing=(MissingCode("8", "dont_know", list="fibre"),),
        parts=(("X", "${x} = '1'"),),
    )
    assert compare([FIBRE], [after]) == [
        Change(
            "FIBRE",
            "changed",
            (
                Cell("version", "1", "2"),
                Cell("numerator", "${fibre} = '1'", "${fibre} = '2'"),
                Cell("missing", "", "fibre 8"),
                Cell("indicator(X)", "", "${x} = '1'"),
                Cell("breakdown sex", "", "${sex}"),
            ),
        )
    ]


def test_new_and_ended_indicators_are_told():
    found = compare([FIBRE], [replace(FIBRE, code="PHONE")])
    assert [(change.code, change.kind) for change in found] == [
        ("FIBRE", "ended"),
        ("PHONE", "new"),
    ]
    assert Cell("version", "1", "") in found[0].cells
