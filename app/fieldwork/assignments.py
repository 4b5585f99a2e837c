"""Gives households to surveyors."""

from collections import defaultdict
from collections.abc import Iterable

from app.db import columns, driver

Household = tuple[int, str]  # project, code


def rounds_of(households: Iterable[Household]) -> dict[Household, set[int]]:
    """By household, the rounds in which it was given to a surveyor."""
    found: dict[Household, set[int]] = defaultdict(set)
    if asked := sorted(set(households)):
        rows = driver().execute(
            "select a.project_id, a.household, a.round_id"
            " from unnest(%s::int[], %s::text[]) as k (project_id, household)"
            " join assignments a using (project_id, household)",
            columns(asked),
        )
        for project_id, household, round_id in rows:
            found[project_id, household].add(round_id)
    return found
