"""Reads a round's frame from the registry: the households in its territory today."""

from collections.abc import Collection
from typing import Any

from app.db import driver
from app.rounds.models import Round
from app.samples.design import FrameHousehold

POOR = ("1",)  # the listing form's code; "2" is near-poor

FRAME = """
select h.code, v.public_id, c.id::text, h.poor = any(%(poor)s) or h.code = any(%(codes)s), v.id
from households h
join org_units v on v.id = h.village_id
join org_unit_ancestors a on a.unit_id = v.id and a.valid_to is null
join org_units c on c.id = a.ancestor_id and c.level = 'commune'
where h.project_id = %(project)s and v.valid_to is null
  and (%(place)s::int is null or exists (
      select from org_unit_ancestors t
      where t.unit_id = v.id and t.ancestor_id = %(place)s and t.valid_to is null))
order by h.code
"""

Frame = list[FrameHousehold]


def read_frame(
    found: Round, *, poor: Collection[str] = POOR, codes: Collection[str] = ()
) -> tuple[Frame, dict[str, int]]:
    """The frame, and the ids of its villages by their public ids.

    On the list that may be oversampled are the households with one of these codes of poverty, and
    those named by their own codes. Communes go by our id, since official codes are used again.
    """
    asked: dict[str, Any] = {
        "project": found.project_id,
        "place": found.org_unit_id,
        "poor": list(poor),
        "codes": list(codes),
    }
    rows = driver().execute(FRAME, asked).fetchall()
    frame = [FrameHousehold(code, v, c, bool(listed)) for code, v, c, listed, _ in rows]
    return frame, {village: village_id for _, village, _, _, village_id in rows}
