"""Releases: what was given out of a round, what they withhold, and where their places lay."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.indicators.sum_models import BaseColumns, SumColumns

OPEN_END = 2**31 - 1  # of rows that no later release has replaced
FROZEN = 1  # steps of a release after which its figures are frozen


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


class ReleasedPlace(Base):
    """A place as it lay when a release was made, and which interviews of a form count in it.

    A village that had ended has a row as well, in the place that has its ground now. A negative id
    is the ground that a village has of its own, besides that of others which came to it.
    """

    __tablename__ = "released_places"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    form_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    partner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parent_id: Mapped[int | None]
    # The same in all releases in which the same interviews count there.
    state: Mapped[str]


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


class DisclosureRule(Base):
    """What a project withholds; without a row the usual rule holds."""

    __tablename__ = "disclosure_rules"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)
