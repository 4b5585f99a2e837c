"""What figures are put together from, the bases and sums of villages and communes; their checks."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class BaseColumns:
    """How a form stands in a village and round: frame, outcomes, and the dates of what counts.

    In a sample a village has a row (`stratum`) for each part of the sample in it, about who was
    drawn; the row without a part says how many households the village has. Where indicators of the
    form join another one (`partner_id`, else 0), there are such rows for the pairs of interviews:
    who has one of the two is not among those that count.
    """

    round_id: Mapped[int] = mapped_column(primary_key=True)
    village_id: Mapped[int] = mapped_column(primary_key=True)
    stratum: Mapped[str] = mapped_column(primary_key=True, server_default="")
    form_id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(primary_key=True, server_default="0")
    # Households (villages, for a village form) in the frame; in a part of a sample, those drawn.
    frame: Mapped[int]
    # Counted interviews.
    n: Mapped[int]
    # Of them, with households that stand in for drawn ones, which are not in what follows.
    substitutes: Mapped[int] = mapped_column(server_default="0")
    # Known to belong to the population, known not to, and not known.
    eligible: Mapped[int]
    ineligible: Mapped[int]
    unresolved: Mapped[int]
    # Interviews that wait for a decision.
    waiting: Mapped[int]
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    computed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )


class SumColumns:
    """The additive sums of one village, part of the sample ("stratum") and domain.

    Per household: m households with an answer, sums of their totals Y, X, and sums of squares and
    products about the means of these m (centred, so that subtracting does not cancel).
    Per element (member, person): n rows, w and ww weights, and weighted sums of squares, for
    design effects. The weight inside a household (the adults of a one-adult sample) is in all of
    them; the village's own factor is applied on reading.
    """

    round_id: Mapped[int] = mapped_column(primary_key=True)
    village_id: Mapped[int] = mapped_column(primary_key=True)
    stratum: Mapped[str] = mapped_column(primary_key=True, server_default="")
    cell: Mapped[str] = mapped_column(primary_key=True, server_default="")
    domain_id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int]
    partner_id: Mapped[int] = mapped_column(server_default="0")
    m: Mapped[int]
    y: Mapped[float] = mapped_column(Float(53))
    x: Mapped[float] = mapped_column(Float(53))
    yy: Mapped[float] = mapped_column(Float(53))
    xy: Mapped[float] = mapped_column(Float(53))
    xx: Mapped[float] = mapped_column(Float(53))
    n: Mapped[int]
    w: Mapped[float] = mapped_column(Float(53))
    ww: Mapped[float] = mapped_column(Float(53))
    element_yy: Mapped[float] = mapped_column(Float(53))
    element_xy: Mapped[float] = mapped_column(Float(53))
    element_xx: Mapped[float] = mapped_column(Float(53))
    dont_know: Mapped[int]
    refused: Mapped[int]
    blank: Mapped[int]
    irrelevant: Mapped[int]


class VillageBase(BaseColumns, Base):
    """The bases as they are now."""

    __tablename__ = "village_bases"


class VillageSum(SumColumns, Base):
    """The sums as they are now."""

    __tablename__ = "village_sums"


class VillageState(Base):
    """What a village's bases and sums are at present, by a number that no others ever had."""

    __tablename__ = "village_states"
    __table_args__ = (
        Index(
            "village_states_owed_idx", "round_id", "village_id", postgresql_where=text("is_owed")
        ),
    )

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[int] = mapped_column(BigInteger, Identity())
    # Whether the commune around it is still to be added up.
    is_owed: Mapped[bool] = mapped_column(server_default=text("true"))


class CommuneBase(Base):
    """The bases of a commune's villages, added up as figures need them (`figures.Base`)."""

    __tablename__ = "commune_bases"

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    form_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    partner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # The states of all villages that were added up, in order.
    made_of: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    expected: Mapped[float] = mapped_column(Float(53))
    n: Mapped[int]
    waiting: Mapped[int]
    unresolved: Mapped[int]
    refused: Mapped[int]
    villages: Mapped[int]
    villages_left_out: Mapped[int]
    frame_left_out: Mapped[int]
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CommuneSum(Base):
    """The sums of a commune's villages, added up as figures need them (`estimation.Moments`).

    They hold where the bases do. `yes` is the numerator without weights.
    """

    __tablename__ = "commune_sums"

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    domain_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    y: Mapped[float] = mapped_column(Float(53))
    x: Mapped[float] = mapped_column(Float(53))
    var_y: Mapped[float] = mapped_column(Float(53))
    cov: Mapped[float] = mapped_column(Float(53))
    var_x: Mapped[float] = mapped_column(Float(53))
    n: Mapped[int] = mapped_column(BigInteger)
    psus: Mapped[int] = mapped_column(BigInteger)
    df: Mapped[int] = mapped_column(BigInteger)
    w: Mapped[float] = mapped_column(Float(53))
    ww: Mapped[float] = mapped_column(Float(53))
    yy: Mapped[float] = mapped_column(Float(53))
    xy: Mapped[float] = mapped_column(Float(53))
    xx: Mapped[float] = mapped_column(Float(53))
    yes: Mapped[float] = mapped_column(Float(53))
    dont_know: Mapped[int] = mapped_column(BigInteger)
    refused: Mapped[int] = mapped_column(BigInteger)
    blank: Mapped[int] = mapped_column(BigInteger)
    irrelevant: Mapped[int] = mapped_column(BigInteger)


class FigureCheck(Base):
    """A check of stored sums against the interviews: how far it is, and what it found."""

    __tablename__ = "figure_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Villages to look at, looked at, and passed over since their sums were owed.
    villages: Mapped[int]
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    passed_over: Mapped[int] = mapped_column(default=0, server_default="0")
    # Sums compared, those that differ, and the first differences in full.
    sums: Mapped[int] = mapped_column(default=0, server_default="0")
    drifted: Mapped[int] = mapped_column(default=0, server_default="0")
    drifts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class KnownTotal(Base):
    """How many there are, in a round, of those an indicator is about: of a place, or a group."""

    __tablename__ = "known_totals"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    margin: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[float] = mapped_column(Float(53))
