"""Words and numbers of figures: values, changes, and differences from counts of others."""

from app.i18n import format_number, format_percent, gettext
from app.indicators.figures import Figure


def count_act(code: str) -> str:
    """What was done about a difference from a count of others."""
    known = {
        "count_task.closed": gettext("looked into"),
        "count_task.reopened": gettext("opened again"),
        "count_task.resolved": gettext("the difference was gone"),
        "count_task.recurred": gettext("the difference was there again"),
    }
    return known.get(code, code)


def sureness(code: str) -> str:
    """How sure a change from round to round is."""
    known = {
        "up": gettext("risen, more than chance explains"),
        "down": gettext("fallen, more than chance explains"),
        "same": gettext("no change"),
        "chance": gettext("no change that could be told from chance"),
        "unknown": gettext("cannot be told yet: too few interviews for an interval"),
        "no_figure": gettext("one of the two rounds has no figure"),
        "redefined": gettext("not comparable: the indicator was defined anew in between"),
    }
    return known.get(code, code)


def measured(value: float | None, figure: Figure) -> str:
    """A figure's value, or an end of its interval: a mean as a number, all others as per cent."""
    return format_number(value, 2) if figure.is_mean else format_percent(value)
