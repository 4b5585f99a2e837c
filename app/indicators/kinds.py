"""What is known of indicator versions, which never change, once their form has been looked at."""

from functools import lru_cache

from app.db import db
from app.indicators.definitions import Indicator
from app.indicators.formula import SEVERAL
from app.indicators.kin import Asking, asking
from app.indicators.lookup import forms_of, whole_of
from app.indicators.models import IndicatorVersion
from app.indicators.shares import kind_of
from app.xforms.definition import FormDefinition
from app.xforms.expressions.parser import parse
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.tree import Question


@lru_cache(maxsize=4096)
def kind_of_version(indicator_id: int) -> str:
    """The estimator's kind: of a share of rows "prop", of others "ratio"."""
    return kind_of(*_opened(indicator_id))


@lru_cache(maxsize=4096)
def overlapping_of_version(indicator_id: int) -> frozenset[str]:
    """The breakdowns by a question with several choices: a row is in each group that it chose."""
    indicator, definition = _opened(indicator_id)
    return frozenset(
        item.name for item in indicator.by if _is_of_several(item.expression, definition)
    )


@lru_cache(maxsize=4096)
def asking_of_version(indicator_id: int) -> Asking:
    """The questions that it looks at, those included that its calculations are made of."""
    indicator, definition = _opened(indicator_id)
    calculations = {item.name: item.calculation for item in definition.fields if item.calculation}
    return asking(indicator, calculations)


def _opened(indicator_id: int) -> tuple[Indicator, FormDefinition]:
    version = db.session.get_one(IndicatorVersion, indicator_id)
    return Indicator.from_json(version.definition), whole_of(forms_of(version))


def _is_of_several(expression: str, definition: FormDefinition) -> bool:
    try:
        node = parse(expression)
    except ExpressionError:  # published before it was refused
        return False
    item = definition.field(node.name) if isinstance(node, Question) else None
    return item is not None and item.type == SEVERAL
