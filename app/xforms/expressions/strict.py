"""Computing with answers that may be missing: missing in, missing out; `and`/`or` by Kleene."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from app.xforms.expressions.meaning import Run
from app.xforms.expressions.rows import Row
from app.xforms.expressions.values import Missing, worst


def constant(value: Any) -> Run:
    """Always this value."""
    return lambda _: value


def one(call: Callable[[Any], Any], run: Run) -> Run:
    """The function of one value."""

    def value(row: Row) -> Any:
        found = run(row)
        return found if found.__class__ is Missing else call(found)

    return value


def with_constant(call: Callable[[Any, Any], Any], run: Run, second: Any) -> Run:
    """The function of one value and a fixed one."""

    def value(row: Row) -> Any:
        found = run(row)
        return found if found.__class__ is Missing else call(found, second)

    return value


def several(call: Callable[..., Any], runs: Sequence[Run]) -> Run:
    """The function of several values; missing for the reason that ranks first."""

    def value(row: Row) -> Any:
        found = [run(row) for run in runs]
        missing = [item for item in found if item.__class__ is Missing]
        return reduce(worst, missing) if missing else call(*found)

    return value


def negation(run: Run) -> Run:
    """True for false, false for true."""
    return one(lambda value: not value, run)


def junction(runs: Sequence[Run], *, decisive: bool) -> Run:
    """Kleene's `or` (decisive: True) and `and` (decisive: False).

    One decisive value decides, whatever is missing; without one, anything missing makes it missing.
    """
    first, *others = runs

    def value(row: Row) -> Any:
        found = first(row)
        if found is decisive:
            return decisive
        for run in others:
            following = run(row)
            if following is decisive:
                return decisive
            if following.__class__ is Missing:
                found = worst(found, following) if found.__class__ is Missing else following
        return found

    return value
