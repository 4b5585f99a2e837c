"""Counts three figures straight from the invented people: `python count_people.py people.json`.

A second opinion: it shares no line with the product and imports nothing of it, so that a fault in
either shows. It prints one line per indicator and place (village ids, commune codes): indicator,
place, value, numerator, denominator, with tabs between; a figure that is not there is "-".

The code of a round may follow, and `old` for the communes before 1 July 2025; otherwise it counts
the round under way in the communes of today.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

Interview = dict[str, Any]
Pair = tuple[float, float]  # numerator and denominator

ADULT = 18


def counting_interviews(interviews: list[Interview]) -> dict[str, Interview]:
    """The household interview of one round that counts for each household.

    Of the versions of one interview the newest approved one; of several interviews the first one
    approved, a complete one before the record of a visit in vain.
    """
    chains: dict[str, list[Interview]] = defaultdict(list)
    for interview in interviews:
        if interview["form"] == "xhs_ho":
            chains[interview["replaces"] or interview["instance"]].append(interview)
    counting: dict[str, Interview] = {}
    for versions in chains.values():
        approved = [version for version in versions if version["decision"] == "approve"]
        if not approved:
            continue
        newest = max(approved, key=lambda version: version["turn"])
        earlier = counting.get(newest["household"])
        if earlier is None or _rank(newest) < _rank(earlier):
            counting[newest["household"]] = newest
    return counting


def _rank(interview: Interview) -> tuple[bool, int]:
    return outcome(interview) != "complete", interview["turn"]


def outcome(interview: Interview) -> str:
    """What the visit came to."""
    if interview["visit_result"] == "1":
        return "complete" if interview["consent"] == "1" else "refused"
    return {"4": "refused", "5": "ineligible", "6": "ineligible"}.get(
        interview["visit_result"], "unresolved"
    )


def smartphone(interview: Interview) -> Pair:
    """XHS-01: adults (18 or more by year of birth) who own a smartphone; 8 is not known."""
    year = int(interview["on"][:4])
    phones = [m["m_phone"] for m in interview["members"] if year - int(m["m_yob"]) >= ADULT]
    known = [phone for phone in phones if phone in ("0", "1", "2")]
    return known.count("2"), len(known)


def fibre(interview: Interview) -> Pair:
    """XHS-03: the household uses fibre; not known without an answer, or with "don't know"."""
    types = interview["net_types"].split()
    if interview["net_any"] == "2":
        return 0, 1
    if interview["net_any"] != "1" or not types or "8" in types:
        return 0, 0
    return int("1" in types), 1


def account(interview: Interview) -> Pair:
    """XHS-11: people of 15 or more with an account; one yes is enough, two noes make a no."""
    numerator = denominator = 0
    for member in interview["members"]:
        answers = {member["m_acc_bank"], member["m_acc_other"]}
        numerator += "1" in answers
        denominator += "1" in answers or answers == {"2"}
    return numerator, denominator


INDICATORS = {"XHS-01": smartphone, "XHS-03": fibre, "XHS-11": account}


def registered_households(people: dict[str, Any], in_round: str) -> dict[str, set[str]]:
    """By village, the households that were listed in a round or in one before it."""
    listed = {
        interview["household"]
        for interview in people["interviews"]
        if interview["form"] == "xhs_lap_ds_ho"
        and interview["decision"] == "approve"
        and interview["round"] <= in_round
    }
    registered: dict[str, set[str]] = defaultdict(set)
    for household in people["households"]:
        if household["occupied"] and household["code"] in listed:
            registered[household["village"]].add(household["code"])
    return registered


def count(
    people: dict[str, Any], in_round: str | None = None, communes: str = "villages"
) -> dict[tuple[str, str], Pair]:
    """Numerator and denominator of each indicator in each village and commune.

    A village counts by the households it is thought to have: its interviews are raised to those
    that are known to live there and the same share of those of whom nothing is known. `communes`
    names the table that says in which one a village lies.
    """
    in_round = in_round or people["round"]
    registered = registered_households(people, in_round)
    counting = counting_interviews([i for i in people["interviews"] if i["round"] == in_round])
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for village, commune in people[communes].items():
        own = [counting[code] for code in sorted(registered[village]) if code in counting]
        complete = [interview for interview in own if outcome(interview) == "complete"]
        if not complete:
            continue
        factor = expected_households(len(registered[village]), own) / len(complete)
        for indicator, pair_of in INDICATORS.items():
            pairs = [pair_of(interview) for interview in complete]
            for place in (village, commune):
                for part in (0, 1):
                    sums[indicator, place][part] += factor * sum(pair[part] for pair in pairs)
    return {key: (pair[0], pair[1]) for key, pair in sums.items()}


def expected_households(registered: int, resolved_or_not: list[Interview]) -> float:
    """Households that belong to the village: known ones, and their share of the unresolved."""
    outcomes = [outcome(interview) for interview in resolved_or_not]
    eligible = outcomes.count("complete") + outcomes.count("refused")
    ineligible = outcomes.count("ineligible")
    unresolved = registered - eligible - ineligible
    return eligible + unresolved * eligible / (eligible + ineligible)


def main(path: str, in_round: str | None = None, boundaries: str = "new") -> None:
    """Print every figure."""
    people = json.loads(Path(path).read_text(encoding="utf-8"))
    figures = count(people, in_round, "old_communes" if boundaries == "old" else "villages")
    for (indicator, place), (numerator, denominator) in sorted(figures.items()):
        value = repr(numerator / denominator) if denominator else "-"
        print(indicator, place, value, numerator, denominator, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
