"""Signs and words of other languages, and how they are written in XLSForm."""

HABITS = {
    "==": "=",
    "<>": "!=",
    "&&": "and",
    "&": "and",
    "||": "or",
    "/": "div",
    "%": "mod",
    "!": "not(…)",
    ";": ",",
    **{word.upper(): word for word in ("and", "or", "div", "mod")},
    **{word.capitalize(): word for word in ("and", "or", "div", "mod")},
}
