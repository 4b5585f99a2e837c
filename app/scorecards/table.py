"""PURE. Scores and ranks as rows: for JSON, and as CSV that spreadsheets take as it is."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from app.indicators.table import harmless
from app.scorecards.points import shown
from app.scorecards.ranking import Ranked, Ranking
from app.scorecards.scores import Line, Score

RANK_COLUMNS = (
    "unit_id", "unit_code", "unit_name", "scorecard", "round", "rank", "best", "worst", "ranked",
    "points", "of", "se", "ci_low", "ci_high", "lacks",
)  # fmt: skip
SCORE_COLUMNS = (
    "unit_id", "unit_code", "unit_name", "scorecard", "version", "round", "criterion", "indicator",
    "value", "points", "of", "se", "missing",
)  # fmt: skip


def as_csv(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows with a header; numbers with a decimal point, empty when not available."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\r\n", extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: harmless(v) if isinstance(v, str) else v for k, v in row.items()})
    return text.getvalue()


def score_row(score: Score) -> dict[str, Any]:
    """A score's sums: points as they are printed, and unrounded; None where there are none."""
    low, high = score.ci or (None, None)
    return {
        "points": None if score.told is None else float(shown(score.told)),
        "unrounded": None if score.told is None else float(score.told),
        "of": float(shown(score.of)),
        "se": score.error,
        "ci_low": low,
        "ci_high": high,
    }


def line_row(line: Line) -> dict[str, Any]:
    """A criterion of a score; what is not available is None."""
    return {
        "criterion": line.criterion.code,
        "indicator": line.criterion.indicator or None,
        "value": None if line.value is None else float(line.value),
        "points": None if line.points is None else float(shown(line.points)),
        "unrounded": None if line.points is None else float(line.points),
        "of": float(line.criterion.points),
        "se": line.error,
        "missing": line.missing,
    }


def rank_rows(ranking: Ranking) -> list[dict[str, Any]]:
    """Ranked units, best first, then those without a rank, with the criteria that they lack."""
    ranked = [{**_placed(one), "ranked": ranking.size, "lacks": []} for one in ranking.ranked]
    unranked = [
        {
            **score_row(one.score),
            "unit_id": one.score.unit_id,
            **dict.fromkeys(("rank", "best", "worst")),
            "ranked": ranking.size,
            "lacks": [line.criterion.code for line in one.lacks],
        }
        for one in ranking.unranked
    ]
    return ranked + unranked


def _placed(one: Ranked) -> dict[str, Any]:
    places = {"rank": one.rank.rank, "best": one.rank.best, "worst": one.rank.worst}
    return {"unit_id": one.score.unit_id, **score_row(one.score), **places}


def ranking_csv(names: Mapping[int, tuple[str | None, str]], ranking: Ranking, **said: str) -> str:
    """A ranking as CSV; `names` has codes and names by unit, `said` the scorecard and the round."""
    rows = (
        {
            **row,
            **said,
            "unit_code": names[row["unit_id"]][0],
            "unit_name": names[row["unit_id"]][1],
            "lacks": " ".join(row["lacks"]),
        }
        for row in rank_rows(ranking)
    )
    return as_csv(RANK_COLUMNS, rows)
