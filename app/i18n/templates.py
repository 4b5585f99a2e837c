"""What templates use: `_("text")` and the filters number, percent, date and instant."""

from jinja2 import Environment

from app.i18n import formats, texts


def install(environment: Environment) -> None:
    """Makes texts and formats of the present language known to templates."""
    environment.globals["_"] = texts.gettext
    environment.globals["present_language"] = texts.present_language
    environment.filters["number"] = formats.format_number
    environment.filters["percent"] = formats.format_percent
    environment.filters["date"] = formats.format_date
    environment.filters["instant"] = formats.format_instant
