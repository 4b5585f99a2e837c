"""What each column of a file of figures says, for the people who open it without a manual."""

from collections.abc import Mapping

from app.i18n import gettext
from app.indicators.table import COLUMNS


def describe_columns() -> Mapping[str, str]:
    """By column, what it says, in the present language."""
    said = {
        "unit_id": gettext("number of the place in this system; never used twice"),
        "unit_code": gettext("official code of the place; of a village its own"),
        "unit_name": gettext("name of the place"),
        "unit_level": gettext("province, district, commune or village"),
        "round": gettext("code of the survey round"),
        "indicator": gettext("code of the indicator"),
        "version": gettext("version of its definition"),
        "by": gettext("name of the breakdown; empty: the undivided figure"),
        "by_value": gettext("group of the breakdown"),
        "value": gettext("numerator divided by denominator: a fraction or a mean, not per cent"),
        "numerator": gettext("estimated for the whole place"),
        "denominator": gettext("estimated for the whole place; add these up, never average values"),
        "n": gettext("answers behind the figure"),
        "se": gettext("standard error of the value"),
        "ci_low": gettext("lower end of the 95% interval"),
        "ci_high": gettext("upper end of the 95% interval"),
        "ci_method": gettext("how the interval was made; census: everybody was counted"),
        "df": gettext("degrees of freedom of the standard error"),
        "deff": gettext("design effect: variance over that of as many drawn at random"),
        "bound_low": gettext("the value if everybody missing said no"),
        "bound_high": gettext("the value if everybody missing said yes"),
        "coverage": gettext("share of the expected interviews that are counted"),
        "status": gettext("final: everybody counted, nothing open; else provisional"),
        "suppressed": gettext(
            "why the figure is withheld. small: about too few people; complement: a small one could"
            " be found by subtracting; few_answers: a sample that says too little; margin: only the"
            " error is withheld; not_released: nothing was given out"
        ),
        "as_of": gettext("when the sums were made"),
        "broken": gettext("why there is no figure under these boundaries"),
        "overlaps": gettext(
            "true: one may be in several groups of the breakdown, so that they do not add up to the"
            " undivided figure"
        ),
        "imprecise": gettext("true: the interval is too wide for the figure to say much"),
    }
    return {name: said[name] for name in COLUMNS}
