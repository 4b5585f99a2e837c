"""Finds the indicators in force by code, and the breakdowns they have."""

from sqlalchemy import select

from app.db import db
from app.indicators.models import IndicatorVersion


def find_indicator(project_id: int, code: str) -> IndicatorVersion | None:
    """The version of an indicator that is in force."""
    return db.session.scalar(
        select(IndicatorVersion).where(
            IndicatorVersion.project_id == project_id,
            IndicatorVersion.code == code,
            IndicatorVersion.in_force,
        )
    )


def breakdown_names(project_id: int) -> set[str]:
    """The names of all breakdowns of the indicators in force."""
    statement = select(IndicatorVersion.definition).where(
        IndicatorVersion.project_id == project_id, IndicatorVersion.in_force
    )
    return {item["name"] for found in db.session.scalars(statement) for item in found["by"]}
