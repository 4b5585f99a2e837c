"""What a published questionnaire asks: its questions, choices and settings, as plain data."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from app.xforms.entity_blocks import EntityBlock

Labels = dict[str, str]  # language code -> plain text; "" when the form has no languages


@dataclass(frozen=True, slots=True)
class Field:
    """One node of the questionnaire's model: a question, a calculation, a group or a repeat."""

    name: str
    path: str  # from the root element, without it: "main/roster/m/m_sex"
    type: str  # XLSForm's type word, also for forms that were uploaded as XForm XML
    repeat: str | None = None  # path of the innermost repeat around it
    list: str | None = None  # choice list of a select; the file's name for …_from_file
    labels: Labels = dataclasses.field(default_factory=dict)
    pii: str | None = None  # "personal" or "sensitive"
    relevant: bool = False  # it, or a group around it, has a relevance condition
    relevant_if: str | None = None  # its own condition, as the XForm's bind says it (with paths)
    calculation: str | None = None
    registry: str | None = None  # property of the household registry this question fills


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """One version of a questionnaire; `fields` in document order, groups and repeats included."""

    xml_form_id: str
    version: str
    title: str
    root: str  # tag of the primary instance's root element
    fields: tuple[Field, ...]
    choices: dict[str, dict[str, Labels]]  # list -> code -> language -> label
    languages: tuple[str, ...]
    default_language: str
    settings: dict[str, str]  # our own settings: names of questions
    media: tuple[str, ...]  # names of the files the form refers to
    # path of a repeat -> path of the question that says how many rows it has (jr:count)
    repeat_counts: dict[str, str] = dataclasses.field(default_factory=dict)
    encrypted: bool = False  # phones encrypt its interviews
    entities: tuple[EntityBlock, ...] = ()

    def field(self, name: str) -> Field | None:
        """Return the field with this name or path, None when there is none or several."""
        found = [field for field in self.fields if name in (field.name, field.path)]
        return found[0] if len(found) == 1 else None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data, without the fields' empty properties."""
        data: dict[str, Any] = {name: getattr(self, name) for name in _NAMES}
        data["fields"] = [_field_to_json(field) for field in self.fields]
        data["entities"] = [dataclasses.asdict(block) for block in self.entities]
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        fields = tuple(Field(**field) for field in data["fields"])
        sequences = {name: tuple(data[name]) for name in ("languages", "media")}
        entities = tuple(EntityBlock(**block) for block in data.get("entities", ()))
        return cls(**{**data, "fields": fields, "entities": entities, **sequences})


_NAMES = tuple(item.name for item in dataclasses.fields(FormDefinition))
_FIELD_NAMES = tuple(item.name for item in dataclasses.fields(Field))


def _field_to_json(field: Field) -> dict[str, Any]:
    values = ((name, getattr(field, name)) for name in _FIELD_NAMES)
    return {name: value for name, value in values if value not in (None, False, {})}
