"""The estimator's kind of indicator versions, which never change."""

from functools import lru_cache

from app.db import db
from app.indicators.definitions import Indicator
from app.indicators.lookup import forms_of, whole_of
from app.indicators.models import IndicatorVersion
from app.indicators.shares import kind_of


@lru_cache(maxsize=4096)
def kind_of_version(indicator_id: int) -> str:
    """Of a share of rows "prop", of others "ratio"."""
    version = db.session.get_one(IndicatorVersion, indicator_id)
    return kind_of(Indicator.from_json(version.definition), whole_of(forms_of(version)))
