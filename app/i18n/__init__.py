"""Vietnamese and English texts, numbers and dates."""

from app.i18n.formats import format_date, format_instant, format_number, format_percent
from app.i18n.texts import gettext, in_language, label, present_language, use_language

__all__ = [
    "format_date",
    "format_instant",
    "format_number",
    "format_percent",
    "gettext",
    "in_language",
    "label",
    "present_language",
    "use_language",
]
