"""One person, one name: however it is typed, it is folded before it is kept or compared."""

import re
import unicodedata

from app.errors import BadRequest

# No colon and no space: Basic and Digest sign-in put names between colons.
LONGEST_USERNAME = 60
ALLOWED = re.compile(rf"[\w.@+-]{{2,{LONGEST_USERNAME}}}")


def fold_username(username: str) -> str:
    """The form that is kept: `BOB`, `bob` and full-width `ｂｏｂ` are one (NFKC, case folded)."""
    folded = unicodedata.normalize("NFKC", username).casefold()
    visible = "".join(sign for sign in folded if unicodedata.category(sign)[0] != "C")
    return unicodedata.normalize("NFKC", visible.strip())


def check_username(username: str) -> str:
    """The folded name, when it may be given to an account."""
    folded = fold_username(username)
    if not ALLOWED.fullmatch(folded):
        raise BadRequest("A username has 2 to 60 letters, digits or any of . @ + - _ and no space.")
    return folded
