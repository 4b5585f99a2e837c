"""Indicators as data."""

import json

from app.indicators.definitions import Breakdown, Indicator, MissingCode
from app.indicators.essential import essential

FULL = Indicator(
    code="XHS-01",
    version="2",
    unit="m",
    numerator="${m_phone} = '2'",
    denominator="1",
    eligible="${m_age} >= 18",
    labels={"vi": "Người lớn có điện thoại thông minh", "en": "Adults with a smartphone"},
    irrelevant="0",
    by=(Breakdown("sex", "${m_sex}", {"vi": "Giới tính"}),),
    missing=(MissingCode("8", "dont_know", list="phone"), MissingCode("9", "refused", list="yndk")),
    note="QĐ 411",
)


def test_an_indicator_survives_json():
    assert Indicator.from_json(json.loads(json.dumps(FULL.to_json()))) == FULL


def test_missing_codes_of_other_lists_are_not_essential(definition):
    kept = essential(FULL, definition)
    assert kept.missing == (MissingCode("8", "dont_know", list="phone"),)
    assert essential(kept, definition) == kept


def test_codes_of_a_relevance_condition_are_essential(definition):
    """`kinds` is asked after `net`, of the list yndk."""
    indicator = Indicator("A", "1", "household", "selected(${kinds}, '1')", missing=FULL.missing)
    assert essential(indicator, definition).missing == FULL.missing[1:]


def test_codes_of_a_breakdown_are_essential(definition):
    by = (Breakdown("net", "${net}"),)
    indicator = Indicator("A", "1", "household", "1", by=by, missing=FULL.missing)
    assert essential(indicator, definition).missing == FULL.missing[1:]
