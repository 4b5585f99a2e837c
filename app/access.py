"""How a view says who may call it, and how much it takes; doors enforce it.

A guard test looks for the first.
"""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed_in"

CAPABILITIES = frozenset({
    "submission.create", "list.download",  # phones
    "submission.read", "submission.decide", "submission.import", "submission.trash",
    "personal.read", "parked.manage",
    "indicator.read", "unit.read", "unit.manage", "form.read",
    "fieldwork.manage", "form.manage", "round.manage", "user.manage",
    "scorecard.score", "scorecard.submit", "scorecard.appraise", "scorecard.manage",
    "count.manage", "figures.release",
})  # fmt: skip


def requires(capability: str) -> Callable[[View], View]:
    """Marks a view: whoever calls it needs this capability somewhere.

    Where, is the business of the query behind the view (`app.accounts.scope`).
    """
    if capability not in CAPABILITIES:
        raise ValueError(f"There is no capability {capability!r}")
    return lambda view: _mark(view, capability)


def public(view: View) -> View:
    """Marks a view that everybody may call, signed in or not."""
    return _mark(view, PUBLIC)


def signed_in(view: View) -> View:
    """Marks a view for everybody who is signed in, whatever their role."""
    return _mark(view, SIGNED_IN)


def takes(size: int) -> Callable[[View], View]:
    """Marks a view that takes more bytes than its door takes without a file."""

    def mark(view: View) -> View:
        vars(view)["takes"] = size
        return view

    return mark


def _mark(view: View, access: str) -> View:
    vars(view)["access"] = access  # functools.wraps hands it on to decorators further out
    return view
