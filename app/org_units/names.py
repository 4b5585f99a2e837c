"""PURE. Names of places: how they are searched, put in order and written in full."""

import re
import unicodedata

# What people and old fonts put where the official spelling has something else.
_APOSTROPHES = "'’‘ʼʻ`´′＇"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\ufeff"
# A stroke is no mark to Unicode; here it becomes one (a breve, which is no mark of d or b).
_STROKED = dict.fromkeys("đĐðÐɖƉ", "d\u0306") | dict.fromkeys("ƀɃ", "b\u0306")
_SPELLING = str.maketrans(_STROKED | dict.fromkeys(_APOSTROPHES + _INVISIBLE, ""))

# Marks that make another letter, as signs that sort after "z": a ă â, d đ, e ê, o ô ơ, u ư.
_LETTER_MARKS = {"\u0306": "{", "\u0302": "|", "\u031b": "}"}
# Marks that make another tone of the same letters: grave, hook, tilde, acute, dot below.
_TONE_MARKS = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}

_ENGLISH_TYPES = {
    "tỉnh": "Province",
    "thành phố": "City",
    "quận": "District",
    "huyện": "District",
    "thị xã": "Town",
    "thị trấn": "Township",
    "xã": "Commune",
    "phường": "Ward",
    "đặc khu": "Special Zone",
    "thôn": "Village",
    "bản": "Village",
    "làng": "Village",
    "ấp": "Hamlet",
    "buôn": "Village",
    "bon": "Village",
    "xóm": "Hamlet",
    "khu phố": "Quarter",
    "tổ dân phố": "Residential Group",
}


def fold(text: str) -> str:
    """Give a name's search key: "Ea H’Leo" and "ea hleo" share one, so do Thuỷ, Thủy and thuy."""
    letters = "".join(sign for sign in _decomposed(text) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", letters))


def sort_key(text: str) -> str:
    """Give a name's place in Vietnamese alphabetical order, for comparison byte by byte.

    Dictionaries order syllable by syllable: first the letters (a ă â b c d đ e ê …), then the
    tone (level, grave, hook, tilde, acute, dot), and only then the next syllable. Numbers are
    ordered by value, before letters.
    """
    syllables = re.findall(r"\d+|(?:[^\W\d_][\u0300-\u036f]*)+", _decomposed(text))
    return " ".join(_number_key(s) if s[0].isdigit() else _syllable_key(s) for s in syllables)


def official_name(unit_type: str, name: str, language: str) -> str:
    """Write a name with its type: "Xã Ia Dom"; in English "Ia Dom Commune", "Ward 2"."""
    word = _ENGLISH_TYPES.get(unit_type) if language == "en" else None
    if word is None:
        return f"{unit_type.capitalize()} {name}".strip()  # some villages have no type
    return f"{word} {name}" if name[:1].isdigit() else f"{name} {word}"


def _decomposed(text: str) -> str:
    """Small letters, each followed by its marks (Unicode NFD), spelling variants made equal."""
    return unicodedata.normalize("NFD", text.translate(_SPELLING)).lower()


def _number_key(digits: str) -> str:
    value = digits.lstrip("0")
    return f"{len(value):02}{value}"


def _syllable_key(syllable: str) -> str:
    # In ASCII a space precedes the digits and they precede the letters: "ba na", "bà", "ban".
    letters = "".join(_LETTER_MARKS.get(sign, sign) for sign in syllable if sign not in _TONE_MARKS)
    tones = "".join(_TONE_MARKS.get(sign, "") for sign in syllable)
    return f"{letters}{tones}"
