"""Plays the plan against a server: in each turn the surveyors send, then the reviewers decide."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from app.demo import earlier
from app.demo.phone import Phone
from app.demo.plan import Plan
from app.demo.reviewers import Reviewer, decide_all
from app.demo.surveyors import FieldWork, Surveyor

TURNS = ("Listing dwellings", "Visiting households", "Mending")
EARLIER_TURNS = (f"{earlier.YEAR}, listing", f"{earlier.YEAR}, visiting")


class Steps(Protocol):
    """Whatever shows how far something has come."""

    def step(self) -> None:
        """One more is done."""


def play(
    plan: Plan,
    programme: Mapping[str, Any],
    base_url: str,
    *,
    settle: Callable[[], None],
    hand_out: Callable[[], None],
    progress: Callable[[str, int], AbstractContextManager[Steps]],
) -> None:
    """Play all turns; `settle` waits until the server has processed what it accepted, and
    `hand_out` gives the households that are listed to surveyors.

    Played again, everything is a repeat, and only what is not decided yet is decided.
    """
    address = f"{base_url}/v1/key/{{token}}/projects/{programme['project_id']}"
    surveyors = [
        Surveyor(one["username"].upper(), Phone(address.format_map(one), one["username"]))
        for one in programme["surveyors"]
    ]
    reviewers = [
        Reviewer(base_url, token, commune_id)
        for token, commune_id in zip(programme["reviewers"], programme["commune_ids"], strict=True)
    ]
    turns = zip((*EARLIER_TURNS, *TURNS), (*plan.earlier, *plan.turns), strict=True)
    for name, turn in turns:
        with progress(f"{name}: interviews sent", len(turn)) as steps:
            FieldWork(plan.seed, programme["villages"], steps.step).send_turn(surveyors, turn)
        settle()
        waiting = [(reviewer, reviewer.waiting()) for reviewer in reviewers]
        decisions = {interview.instance_id(plan.seed): interview.decision for interview in turn}
        with progress(f"{name}: interviews reviewed", sum(len(own) for _, own in waiting)) as steps:
            decide_all(waiting, decisions, steps.step)
        settle()
        if turn is plan.turns[0]:
            hand_out()
