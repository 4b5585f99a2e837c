"""The questions of an XForm, in order, as both kinds of upload end up: the one reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from app.xforms.choices import instance_sources, list_of, read_choices
from app.xforms.definition import Field, FormDefinition
from app.xforms.document import FormDocument
from app.xforms.entity_blocks import read_entity_blocks
from app.xforms.labels import Texts, read_texts
from app.xforms.media import referenced_files
from app.xforms.question_types import Evidence, type_word
from app.xforms.untrusted import local_attributes, local_name

_ACTIONS = ("{*}setgeopoint", "{*}recordaudio", "{*}setvalue")


@dataclass(frozen=True, slots=True)
class Notes:
    """What only the workbook knows: tags of questions by path, and our own settings."""

    pii: Mapping[str, str] = field(default_factory=dict)
    registry: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


def read_definition(document: FormDocument, notes: Notes) -> FormDefinition:
    """Read what the form asks; a group's pii tag and relevance hold for all inside it."""
    texts = read_texts(document.model)
    reader = _FieldReader(document, texts)
    fields = tuple(_noted(item, notes) for item in reader.fields())
    settings = dict(notes.settings)
    if any(item.path == "today" for item in fields):
        settings.setdefault("interview_date", "today")
    return FormDefinition(
        xml_form_id=document.form_id,
        version=document.version,
        title=document.title,
        root=local_name(document.root),
        fields=fields,
        choices=read_choices(document, texts),
        languages=texts.languages,
        default_language=texts.default,
        settings=settings,
        media=referenced_files(document),
        repeat_counts=reader.repeat_counts(),
        encrypted=bool(document.public_key),
        entities=read_entity_blocks(document),
    )


class _FieldReader:
    """The form's parts, indexed by the path of the node they are about."""

    def __init__(self, document: FormDocument, texts: Texts) -> None:
        self.document = document
        self.texts = texts
        self.sources = instance_sources(document)
        self.controls: dict[str, etree._Element] = {}
        self.repeats: dict[str, str] = {}  # with the expression that counts the rows
        self.actions: dict[str, etree._Element] = {}
        for element in document.body.iter("{*}*"):
            path = element.get("ref", element.get("nodeset", "")).strip()
            if local_name(element) == "repeat":
                self.repeats[path] = local_attributes(element).get("count", "").strip()
            elif local_name(element) in _CONTROLS:
                self.controls.setdefault(path, element)
        for part in (document.model, document.body):
            for action in part.iter(*_ACTIONS):
                self.actions.setdefault(action.get("ref", "").strip(), action)

    def fields(self) -> list[Field]:
        audit = f"/{local_name(self.document.root)}/meta/audit"
        return [
            self.field(path, node)
            for path, node in self.document.nodes()
            if path.count("/") > 1 and ("meta" not in path.split("/") or path == audit)
        ]

    def repeat_counts(self) -> dict[str, str]:
        """Return, by the path of each counted repeat, the path of the node that counts it."""
        return {_inside(path): _inside(count) for path, count in self.repeats.items() if count}

    def field(self, path: str, node: etree._Element) -> Field:
        bind = self.document.binds.get(path, {})
        control = self.controls.get(path)
        around = _ancestors(path)
        return Field(
            name=local_name(node),
            path=_inside(path),
            type=self.type(path, node),
            repeat=next((_inside(outer) for outer in around if outer in self.repeats), None),
            list=None if control is None else list_of(control, self.sources),
            labels={} if control is None else self.texts.label(control),
            relevant=any("relevant" in self.document.binds.get(p, {}) for p in (path, *around)),
            relevant_if=bind.get("relevant"),
            calculation=bind.get("calculate"),
        )

    def type(self, path: str, node: etree._Element) -> str:
        if path in self.repeats:
            return "repeat"
        if len(node):
            return "group"
        if path.endswith("/meta/audit"):
            return "audit"
        bind = self.document.binds.get(path, {})
        return type_word(Evidence(bind, self.controls.get(path), self.actions.get(path)))


_CONTROLS = {"input", "select", "select1", "rank", "range", "trigger", "upload", "secret", "group"}


def _inside(path: str) -> str:
    return path.lstrip("/").partition("/")[2]


def _ancestors(path: str) -> list[str]:
    """Return the paths around a node, the innermost first."""
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts) - 1, 1, -1)]


def _noted(item: Field, notes: Notes) -> Field:
    around = (path.lstrip("/") for path in _ancestors(f"/{item.path}"))
    tags = (notes.pii.get(path) for path in (item.path, *around))
    pii = next((tag for tag in tags if tag), None)
    return replace(item, pii=pii, registry=notes.registry.get(item.path))
