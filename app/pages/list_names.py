"""Words for the codes of the lists that the server makes: villages, communes, households."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.households.identities import codes_by_id
from app.org_units.models import OrgUnit
from app.org_units.queries import find_by_code, find_village
from app.pages.words import place
from app.submissions.keys import answer_keys
from app.submissions.queries import Contents
from app.xforms.definition import FormDefinition

LISTS: dict[str, Callable[[str], OrgUnit | None]] = {
    "villages.csv": find_village,
    "communes.csv": find_by_code,
}

HOUSEHOLDS = "households.csv"


def names_in(project_id: int, definition: FormDefinition, contents: Contents) -> dict[str, str]:
    """The places an interview names, in full, by the code that the answer holds.

    And by their UUID the codes of households, for forms that take `name` from the list.
    """
    keys = answer_keys(definition)
    names: dict[str, str] = {}
    for item in definition.fields:
        find = LISTS.get(item.list or "")
        if find is not None and item.path in keys:
            codes = set(_answers(contents, item.repeat, keys[item.path]))
            names |= {code: _named(code, find(code)) for code in codes}
        elif item.list == HOUSEHOLDS and item.path in keys:
            names |= codes_by_id(project_id, _answers(contents, item.repeat, keys[item.path]))
    return names


def _answers(contents: Contents, repeat: str | None, key: str) -> Iterator[str]:
    sources: Iterable[dict[str, Any]] = (
        [contents.interview.answers]
        if repeat is None
        else (row.answers for row in contents.rows if row.repeat == repeat)
    )
    return (str(answers[key]) for answers in sources if key in answers)


def _named(code: str, unit: OrgUnit | None) -> str:
    return f"{place(unit)} ({code})" if unit else code
