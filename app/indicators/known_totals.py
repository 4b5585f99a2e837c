"""Known numbers of the population, to which a release fits the weights of a sample.

A table with the columns `indicator`, `margin`, `level` and `N`: how many there are of those whom
the indicator is about, by place (`province`, `commune`, `village`), by a breakdown of the
indicator, or by several together (`commune/sex`, with levels such as `23872/1`). One margin of an
indicator is post-stratification; several are raked.
"""

import csv
import io
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import db
from app.errors import BadRequest
from app.indicators.kinds import overlapping_of_version
from app.indicators.lookup import find_indicator
from app.indicators.sum_models import KnownTotal
from app.rounds.models import Round

COLUMNS = ["indicator", "margin", "level", "N"]
PLACES = ("province", "commune", "village")
MOST = 10_000  # rows


def import_totals(found: Round, text: str, actor: Actor) -> int:
    """Takes a round's table in, all or nothing, instead of what was there; how many rows.

    Raises `BadRequest` that names row and column (the header is row 1).
    """
    require_whole(actor, "figures.release", found.project_id)
    table = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    if not table or table[0] != COLUMNS:
        raise BadRequest("The columns are: %(columns)s.", columns=", ".join(COLUMNS))
    rows = [_row(number, cells, found) for number, cells in enumerate(table[1:], 2) if cells]
    if len(rows) > MOST:
        raise BadRequest("A table has at most %(most)s rows.", most=MOST)
    keys = [tuple(row.values())[:4] for row in rows]
    if len(set(keys)) < len(keys):
        twice = next(key for number, key in enumerate(keys) if key in keys[:number])
        raise BadRequest("%(what)s is there twice.", what=" ".join(map(str, twice[1:])))
    db.session.execute(delete(KnownTotal).where(KnownTotal.round_id == found.id))
    if rows:
        db.session.execute(insert(KnownTotal), rows)
    audit.record(actor.label, "totals.imported", f"round:{found.id}", rows=len(rows))
    return len(rows)


def totals_of(round_id: int) -> Mapping[str, Sequence[KnownTotal]]:
    """By indicator, what is known of a round's population."""
    known = (
        select(KnownTotal)
        .where(KnownTotal.round_id == round_id)
        .order_by(KnownTotal.indicator, KnownTotal.margin, KnownTotal.level)
    )
    found: dict[str, list[KnownTotal]] = defaultdict(list)
    for total in db.session.scalars(known):
        found[total.indicator].append(total)
    return found


def _row(number: int, cells: list[str], found: Round) -> dict[str, str | int | float]:
    if len(cells) != len(COLUMNS):
        raise BadRequest("Row %(row)s has not four cells.", row=number)
    code, margin, level, text = (cell.strip() for cell in cells)
    version = find_indicator(found.project_id, code)
    if version is None:
        raise BadRequest("Row %(row)s: there is no indicator “%(code)s”.", row=number, code=code)
    names = margin.split("/")
    # Groups that overlap are no margin: a weight can be fitted in one of them only.
    known = {*PLACES, *(breakdown["name"] for breakdown in version.definition["by"])}
    known -= overlapping_of_version(version.id)
    if not set(names) <= known or len(level.split("/")) != len(names):
        raise BadRequest(
            "Row %(row)s: a margin is of places or breakdowns of the indicator (%(known)s), with"
            " as many parts in its level.",
            row=number,
            known=", ".join(sorted(known)),
        )
    try:
        n = float(text)
    except ValueError:
        n = math.nan
    if not 0 <= n < 1e12:  # noqa: PLR2004 - more people than there are
        raise BadRequest("Row %(row)s: N is a number from 0.", row=number)
    return {"round_id": found.id, "indicator": code, "margin": margin, "level": level, "n": n}
