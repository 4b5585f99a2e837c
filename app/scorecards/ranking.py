"""PURE. Puts scores in an order, on the criteria that they have in common, and compares two."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from app.scorecards.definitions import Criterion
from app.scorecards.ranks import Difference, Rank, difference, rank_all
from app.scorecards.scores import Line, Score


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit in the order: its score on the common criteria, and its rank."""

    score: Score
    rank: Rank


@dataclass(frozen=True, slots=True)
class Unranked:
    """A unit that cannot be compared, and the criteria that it lacks."""

    score: Score
    lacks: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order of units, best first, and who and what is left out of it."""

    ranked: tuple[Ranked, ...]
    unranked: tuple[Unranked, ...]
    basis: tuple[Criterion, ...]
    left_out: tuple[Criterion, ...]  # nobody has points for these
    size: int  # how many are ranked, also where some of them are not shown

    def seen_by(self, unit_ids: Collection[int]) -> "Ranking":
        """The same order, of which only these units are shown."""
        return replace(
            self,
            ranked=tuple(one for one in self.ranked if one.score.unit_id in unit_ids),
            unranked=tuple(one for one in self.unranked if one.score.unit_id in unit_ids),
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """One score less another, in all and by criterion, on what both have."""

    total: Difference
    lines: tuple[tuple[Line, Line, Difference], ...]


def rank_scores(scores: Sequence[Score]) -> Ranking:
    """Ranks by the criteria that have points anywhere; who lacks one of them is not ranked."""
    codes = {line.criterion.code for score in scores for line in score.counted}
    criteria = [line.criterion for line in scores[0].lines] if scores else []
    parts = [score.only(codes) for score in scores]
    whole = [part for part in parts if part.is_complete and codes]
    whole.sort(key=lambda part: part.points, reverse=True)
    ranks = rank_all([part.standing for part in whole])
    return Ranking(
        ranked=tuple(map(Ranked, whole, ranks)),
        unranked=tuple(
            Unranked(part, tuple(line for line in part.lines if line.points is None))
            for part in parts
            if not (part.is_complete and codes)
        ),
        basis=tuple(one for one in criteria if one.code in codes),
        left_out=tuple(one for one in criteria if one.code not in codes),
        size=len(whole),
    )


def compare(one: Score, other: Score) -> Comparison:
    """The first score less the second, on the criteria that have points in both."""
    both = {line.criterion.code for line in one.counted}
    both &= {line.criterion.code for line in other.counted}
    mine, theirs = one.only(both), other.only(both)
    return Comparison(
        difference(mine.standing, theirs.standing),
        tuple(
            (line, facing, difference(line.standing, facing.standing))
            for line in mine.lines
            if (facing := theirs.line(line.criterion.code)) is not None
        ),
    )
