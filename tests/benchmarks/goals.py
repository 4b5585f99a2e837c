"""What the measurements are held against: ODK Central on such a machine, and the goals set for us.

Central's numbers were measured with the same load (`docs/performance.md` says how).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """One line: what is measured, in which unit, and the bound that is to be kept."""

    name: str
    unit: str
    central: float | None
    bound: float
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether this is as good as the bound or better."""
        return value >= self.bound if self.at_least else value <= self.bound

    def times_better(self, value: float) -> float | None:
        """How often ours goes into Central's, or Central's into ours."""
        if self.central is None or not value:
            return None
        return value / self.central if self.at_least else self.central / value


GOALS = (
    Goal("CPU of a submission, settled", "ms", 24.4, 2.4),
    Goal("the same, sixty questions", "ms", 24.4, 2.4),
    Goal("the same, with a 100 KB photo", "ms", 34.7, 4.0),
    Goal("settled, 32 connections", "/s", 77, 600, at_least=True),
    Goal("p99, 32 connections", "ms", 942, 120),
    Goal("HEAD submission", "ms", 2.7, 0.3),
    Goal("form.xml", "ms", 5.5, 0.4),
    Goal("manifest", "ms", 8.0, 0.4),
    Goal("formList of 100 forms", "ms", 12.0, 1.0),
    Goal("memory, idle", "MB", 440, 350),
    Goal("memory, after the load", "MB", 1300, 500),
    Goal("acknowledged, of the floor", "%", None, 50, at_least=True),
)


def table(found: Mapping[str, float]) -> list[str]:
    """A Markdown table of what was measured beside Central and the goals."""
    lines = ["| what | ODK Central | goal | here | times better | |", "|---|---|---|---|---|---|"]
    for goal in GOALS:
        if (value := found.get(goal.name)) is None:
            continue
        sign = "≥" if goal.at_least else "≤"
        central = "–" if goal.central is None else f"{goal.central:g} {goal.unit}"
        times = goal.times_better(value)
        lines.append(
            f"| {goal.name} | {central} | {sign} {goal.bound:g} {goal.unit}"
            f" | {value:.3g} {goal.unit} | {f'{times:.1f}' if times else '–'}"
            f" | {'met' if goal.is_met(value) else '**missed**'} |"
        )
    return lines
