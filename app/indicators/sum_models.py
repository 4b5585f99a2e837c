"""What figures are put together from: the bases and sums of villages, now and as released."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

OPEN_END = 2**31 - 1  # of rows that no later release has replaced
FROZEN = 1  # steps of a release after which its figures are frozen


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


class Release(Base):
    """A state of a round's figures that was given out; numbered from 1, never changed."""

    __tablename__ = "releases"
    __table_args__ = (
        UniqueConstraint("round_id", "version"),
        CheckConstraint("state in ('making', 'stopped', 'out')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    version: Mapped[int]
    status: Mapped[str]  # provisional or final
    reason: Mapped[str | None]
    # The rule of disclosure, and the indicator versions, that it was made with.
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)
    indicators: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    # What is different from the release before, by village: interviews added, removed, replaced.
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # The known totals that weights were fitted to: indicator, margin, level, N.
    totals: Mapped[list[list[Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    released_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    released_by: Mapped[str]
    # Nobody reads it before it is out: until then it is frozen and decided, indicator by indicator,
    # what is withheld (`giving_out.py`), and it can be taken back.
    state: Mapped[str] = mapped_column(server_default="out")
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    # Why it was stopped, as a source text with its details.
    problem: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")

    @property
    def is_frozen(self) -> bool:
        """Whether its figures are kept; else they would still be those of now."""
        return self.state == "out" or self.done >= FROZEN


class ReleasedBase(BaseColumns, Base):
    """The base of a village in the releases from `since` up to, and without, `until`."""

    __tablename__ = "released_bases"

    since: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[int] = mapped_column(server_default=str(OPEN_END))
    # The interviews that count, so that it is known how many are different later.
    instances: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class ReleasedSum(SumColumns, Base):
    """The sums of a village in the releases from `since` up to, and without, `until`."""

    __tablename__ = "released_sums"

    since: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[int] = mapped_column(server_default=str(OPEN_END))


class HiddenFigure(Base):
    """A figure that a release withholds from readers without access to interviews.

    Or one that they are given with other counts: those in which the villages that are withheld
    have one weight (`pooling.py`).
    """

    __tablename__ = "hidden_figures"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    domain_id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]
    numerator: Mapped[float | None] = mapped_column(Float(53))
    denominator: Mapped[float | None] = mapped_column(Float(53))


class DisclosureRule(Base):
    """What a project withholds; without a row the usual rule holds."""

    __tablename__ = "disclosure_rules"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)


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


class CalibratedFigure(Base):
    """A figure of a release with weights fitted to known totals; unit 0 is the whole province."""

    __tablename__ = "calibrated_figures"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    domain_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    numerator: Mapped[float] = mapped_column(Float(53))
    denominator: Mapped[float] = mapped_column(Float(53))
    value: Mapped[float] = mapped_column(Float(53))
    se: Mapped[float | None] = mapped_column(Float(53))
    df: Mapped[int | None]
    deff: Mapped[float | None] = mapped_column(Float(53))
    low: Mapped[float | None] = mapped_column(Float(53))
    high: Mapped[float | None] = mapped_column(Float(53))
    ci_method: Mapped[str]
