"""PURE. Two questionnaires about the same household or person as one, and their interviews as one.

The other form's questions, lists and settings stand under its id: `${xhs_dichvu#protect}` is the
question `protect` of the form `xhs_dichvu`, as `${last-saved#name}` is one of another interview.
`#` occurs in no name. Its answers lie in an element of their own, whose namespace no form has.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import TypeVar

from lxml import etree

from app.xforms.definition import Field, FormDefinition
from app.xforms.expressions.rows import without_namespaces

MARK = "#"
PARTNER = "{partner}"  # begins the tag of that element; the other form's root ends it
Value = TypeVar("Value")


def join_forms(own: FormDefinition, partner: FormDefinition) -> FormDefinition:
    """The form whose interviews are `join_interviews` of the two."""
    prefix, home = f"{partner.xml_form_id}{MARK}", home_of(partner)

    def moved(item: Field) -> Field:
        return replace(
            item,
            name=prefix + item.name,
            path=home + item.path,
            repeat=item.repeat and home + item.repeat,
            list=item.list and prefix + item.list,
        )

    return replace(
        own,
        fields=(*own.fields, *map(moved, partner.fields)),
        choices={**own.choices, **_under(prefix, partner.choices)},
        settings={
            **own.settings,
            **{prefix + key: prefix + name for key, name in partner.settings.items()},
        },
        repeat_counts={
            **own.repeat_counts,
            **{home + repeat: home + count for repeat, count in partner.repeat_counts.items()},
        },
    )


def join_interviews(
    root: etree._Element, other: etree._Element, partner: FormDefinition
) -> etree._Element:
    """The answers of an interview and of one of the other form; both stay as they are."""
    whole = etree.Element("both")
    whole.extend(copy(without_namespaces(root)))
    etree.SubElement(whole, _tag(partner)).extend(copy(without_namespaces(other)))
    return whole


def home_of(partner: FormDefinition) -> str:
    """What the paths of its questions begin with, where it is joined."""
    return f"{_tag(partner)}/"


def _tag(partner: FormDefinition) -> str:
    return f"{PARTNER}{partner.root}"


def _under(prefix: str, known: Mapping[str, Value]) -> dict[str, Value]:
    return {prefix + name: value for name, value in known.items()}
