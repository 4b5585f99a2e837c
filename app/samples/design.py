"""PURE. What a sample is drawn from, how, and what comes out."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from app.errors import BadRequest

KINDS = ("census", "simple", "stratified", "two-stage")
STRATA = ("none", "commune", "village")
WHOLE = "*"  # the one part of a sample without strata
LISTED = "+"  # ends the name of a group that is on the list that is oversampled


@dataclass(frozen=True, slots=True)
class FrameHousehold:
    """A household of the frame, with its village and commune.

    `listed`: it is on the list that may be oversampled, as that of the poor.
    """

    code: str
    village: str
    commune: str = ""
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Design:
    """How a sample is drawn; `BadRequest` for a design that is none.

    `size` counts households, in two stages villages, of each of which `take` households are drawn.
    A household on the list is `oversample` times as likely as another one. `reserves` households of
    each stratum (in two stages: of each village) may stand in for drawn ones, in their order.
    """

    kind: str
    size: int = 0
    take: int = 0
    by: str = "none"
    oversample: int = 1
    reserves: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.by not in STRATA:
            raise BadRequest("The design is one of: %(known)s.", known=", ".join(KINDS))
        if self.kind != "census" and self.size < 1:
            raise BadRequest("Say how many are to be drawn.")
        if self.kind == "two-stage" and self.take < FEWEST_PER_VILLAGE:
            raise BadRequest("Say how many households are drawn in each village: at least 2.")
        if self.kind == "two-stage" and self.by == "village":
            raise BadRequest("Two stages draw villages, so villages cannot be the strata.")
        if self.kind == "stratified" and self.by == "none":
            raise BadRequest("Say what the strata are: communes or villages.")
        if self.kind == "simple" and self.by != "none":
            raise BadRequest("A simple random sample has no strata. Choose “stratified”.")
        if self.oversample < 1 or self.reserves < 0:
            raise BadRequest("Oversampling and reserves are whole numbers from 1 and from 0.")

    def stratum(self, household: FrameHousehold) -> str:
        """The stratum of a household; in a census each village is one."""
        by = "village" if self.kind == "census" else self.by
        return {"village": household.village, "commune": household.commune}.get(by, "")

    def part(self, household: FrameHousehold, stratum: str | None = None) -> str:
        """The stratum, and whether the household is on the list that is oversampled."""
        stratum = self.stratum(household) if stratum is None else stratum
        apart = household.listed and self.oversample > 1 and self.kind != "census"
        return f"{stratum}{LISTED}" if apart else stratum

    def settings(self) -> dict[str, Any]:
        """What is kept beside the sample, to draw it again."""
        return {name: getattr(self, name) for name in self.__slots__}


FEWEST_PER_VILLAGE = 2  # with one, a village has no variance of its own


@dataclass(frozen=True, slots=True)
class Stratum:
    """A design stratum: of its `frame` units (households or villages), `drawn` were drawn."""

    code: str
    psu: str  # "household" or "village": what is drawn first
    frame: int  # N_h
    drawn: int  # n_h
    households: int  # of its frame


@dataclass(frozen=True, slots=True)
class Village:
    """A village's part of a stratum: households of the frame, those drawn, and its own chance."""

    code: str
    stratum: str
    frame: int  # M_hi
    drawn: int  # m_hi
    probability: Fraction  # of the first stage; 1 where villages are not drawn


@dataclass(frozen=True, slots=True)
class Part:
    """Households that were equally likely, of one stratum and, in two stages, of one village.

    What has one weight and is adjusted together for those who do not answer.
    """

    code: str
    stratum: str
    village: str | None  # the village that was drawn; None where households are drawn first
    frame: int  # households
    drawn: int
    probability: Fraction  # of each household, over all stages
    chance: Fraction  # of the first stage


@dataclass(frozen=True, slots=True)
class Drawn:
    """A household of the sample, with its inclusion probability; a reserve waits for a use."""

    code: str
    village: str
    stratum: str
    part: str
    probability: Fraction
    place: int  # in the order of its group, from 1
    is_reserve: bool


@dataclass(slots=True)
class Sample:
    """What was drawn, and the sizes that its weights and variances need."""

    strata: list[Stratum] = field(default_factory=list)
    villages: list[Village] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    households: list[Drawn] = field(default_factory=list)

    @property
    def drawn(self) -> list[Drawn]:
        """The households to visit, without reserves."""
        return [household for household in self.households if not household.is_reserve]


def fingerprint(frame: Iterable[FrameHousehold]) -> str:
    """The frame's SHA-256 (hex), whatever its order: two machines can see that theirs is one."""
    lines = sorted(f"{h.code}\t{h.village}\t{h.commune}\t{h.listed:d}\n" for h in frame)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
