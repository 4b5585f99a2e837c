"""The texts of a form in its languages, as plain text."""

import re
from dataclasses import dataclass

from lxml import etree

from app.xforms.definition import Labels
from app.xforms.untrusted import children, local_name

_ITEXT = re.compile(r"jr:itext\(\s*['\"](.*)['\"]\s*\)")
_CODE = re.compile(r".*\(\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\s*\)\s*")
_PLACEHOLDER = "-"  # what pyxform writes where a translation is missing


@dataclass(frozen=True, slots=True)
class Texts:
    """The form's translations: language code -> text id -> plain text."""

    by_language: dict[str, dict[str, str]]
    default: str  # language code; "" when the form has no languages

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.by_language)

    def of_id(self, text_id: str) -> Labels:
        """Return the text in every language that has it."""
        found = {code: texts.get(text_id, "") for code, texts in self.by_language.items()}
        return {code: text for code, text in found.items() if text and text != _PLACEHOLDER}

    def label(self, element: etree._Element) -> Labels:
        """Return the texts of the element's own <label>; one without translations in each."""
        for label in children(element, "label"):
            reference = _ITEXT.fullmatch(label.get("ref", "").strip())
            if reference:
                return self.of_id(reference[1])
            return self.untranslated(plain_text(label))
        return {}

    def untranslated(self, text: str) -> Labels:
        """Return the same text for all languages of the form."""
        return dict.fromkeys(self.languages or ("",), text) if text else {}


def read_texts(model: etree._Element) -> Texts:
    """Read the model's <itext>, without images and sounds."""
    translations = [item for itext in children(model, "itext") for item in itext]
    by_language: dict[str, dict[str, str]] = {}
    default = ""
    for translation in translations:
        code = language_code(translation.get("lang", ""))
        by_language.setdefault(code, {}).update(_texts(translation))
        if translation.get("default") == "true()" or len(by_language) == 1:
            default = code
    return Texts(by_language, default)


def language_code(name: str) -> str:
    """Return "vi" for "Tiếng Việt (vi)", "" for pyxform's name of texts without a language."""
    code = _CODE.fullmatch(name)
    if code:
        return code[1]
    return "" if name == "default" else name.strip()


def plain_text(element: etree._Element) -> str:
    """Return the text with "…" in the place of answers, spaces joined."""
    parts = [element.text or ""]
    for child in element.iter():
        if child is not element:
            parts.append("…" if local_name(child) == "output" else child.text or "")
            parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _texts(translation: etree._Element) -> dict[str, str]:
    found = {}
    for text in translation:
        values = [value for value in children(text, "value") if value.get("form") is None]
        values += [value for value in children(text, "value") if value.get("form") == "long"]
        if values:
            found[text.get("id", "")] = plain_text(values[0])
    return found
