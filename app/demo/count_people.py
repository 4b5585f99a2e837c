"""Counts four figures straight from the invented people: `python count_people.py people.json`.

A second opinion: it shares no line with the product and imports nothing of it, so that a fault in
either shows. It prints one line per indicator and place (village ids, commune codes): indicator,
place, value, numerator, denominator, with tabs between; a figure that is not there is "-".

One of them is about the adult of each household whom the server drew for the person forms; the file
`draws.json` beside the people has the numbers that it gave to phones, by household.

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
HOME, USE, SAFETY = "xhs_ho", "xhs_kynang", "xhs_dichvu"


def counting_interviews(interviews: list[Interview], form: str = HOME) -> dict[str, Interview]:
    """The interview of one round with one form that counts for each household.

    Of the versions of one interview the newest approved one; of several interviews the first one
    approved, a complete one before the record of a visit in vain.
    """
    chains: dict[str, list[Interview]] = defaultdict(list)
    for interview in interviews:
        if interview["form"] == form:
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


def protected(use: Interview, safety: Interview, number: int) -> Pair:
    """XHS-25: a member used the Internet in three months, and protects phone and accounts.

    At least two ways, a screen lock or a second step among them; `number` is the member's.
    """
    member, same = use["persons"][number - 1], safety["persons"][number - 1]
    if any(member[said] != same[said] for said in ("p_sex", "p_yob")) or member["net_last"] != "1":
        return 0, 0
    ways = set(same["protect"].split()) & set("12345")
    return int(len(ways) > 1 and bool(ways & {"1", "3"})), 1


def count_drawn(
    registered: set[str], counting: dict[str, dict[str, Interview]], draws: dict[str, str]
) -> Pair:
    """XHS-25 in one village: who was drawn stands for all members of 15 or more of the household.

    Whoever has not filled in both forms has not answered.
    """
    own = {
        form: {code: found[code] for code in sorted(registered) if code in found}
        for form, found in counting.items()
    }
    complete = {
        form: {code for code, interview in found.items() if outcome(interview) == "complete"}
        for form, found in own.items()
    }
    asked = [
        interview
        for code, interview in own[USE].items()
        if outcome(interview) != "complete" or code in complete[HOME]
    ]
    pairs = sorted(complete[HOME] & complete[USE] & complete[SAFETY])
    if not pairs:
        return 0, 0
    factor = expected_households(len(registered), asked) / len(pairs)
    sums = [0.0, 0.0]
    for code in pairs:
        members = len(own[HOME][code]["members"])
        number = int(float(draws[code]) * members) + 1
        pair = protected(own[USE][code], own[SAFETY][code], number)
        for part in (0, 1):
            sums[part] += factor * members * pair[part]
    return sums[0], sums[1]


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
    people: dict[str, Any],
    in_round: str | None = None,
    communes: str = "villages",
    draws: dict[str, str] | None = None,
) -> dict[tuple[str, str], Pair]:
    """Numerator and denominator of each indicator in each village and commune.

    A village counts by the households it is thought to have: its interviews are raised to those
    that are known to live there and the same share of those of whom nothing is known. `communes`
    names the table that says in which one a village lies; without `draws` nobody was drawn.
    """
    in_round = in_round or people["round"]
    registered = registered_households(people, in_round)
    interviews = [i for i in people["interviews"] if i["round"] == in_round]
    forms = {form: counting_interviews(interviews, form) for form in (HOME, USE, SAFETY)}
    counting = forms[HOME]
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for village, commune in people[communes].items():
        drawn = count_drawn(registered[village], forms, draws) if draws else (0, 0)
        for place in (village, commune) if drawn[1] else ():
            for part in (0, 1):
                sums["XHS-25", place][part] += drawn[part]
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
    drawn = Path(path).with_name("draws.json")
    draws = json.loads(drawn.read_text(encoding="utf-8")) if drawn.exists() else None
    figures = count(people, in_round, "old_communes" if boundaries == "old" else "villages", draws)
    for (indicator, place), (numerator, denominator) in sorted(figures.items()):
        value = repr(numerator / denominator) if denominator else "-"
        print(indicator, place, value, numerator, denominator, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
