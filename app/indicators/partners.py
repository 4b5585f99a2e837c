"""Which forms an indicator may join, and whether two interviews are about one person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from app.errors import Phrase, phrase
from app.forms.kinds import kind_of
from app.indicators.cells import Cell
from app.indicators.definitions import Indicator
from app.indicators.evaluate import Evaluator, compile_indicators, text_at
from app.xforms.definition import FormDefinition
from app.xforms.join import join_forms, join_interviews

# Of an interview about the one, by kind of form, whose other interviews are about the same.
JOINED = {
    "person": ("person", "household", "listing"),
    "household": ("household", "listing"),
    "village": ("village",),
}
BY_HOUSEHOLD = ("household", "listing")  # named by the household, whoever of it is asked
# Settings that name the questions by which two interviews are known to be about one person.
SAME_PERSON = ("person_key", "person_sex", "person_birth_year")


@dataclass(frozen=True, slots=True)
class Partners:
    """The forms an indicator may join, by id; others do not exist when these are all there are.

    `joining` are the indicators of other forms that join this one, with their form.
    """

    definitions: Mapping[str, FormDefinition] = field(default_factory=dict)
    joining: tuple[tuple[Indicator, FormDefinition], ...] = ()
    are_all: bool = False

    def whole(self, own: FormDefinition, join: str) -> FormDefinition | None:
        """What an indicator of a form looks at: the form, or with it the one that is joined."""
        if not join:
            return own
        partner = self.definitions.get(join)
        return None if partner is None else join_forms(own, partner)


ALONE = Partners()  # of a workbook that is looked at by itself


def cannot_join(own: FormDefinition, partner: FormDefinition) -> Phrase | None:
    """Why interviews of two forms cannot be told to be about the same; None when they can."""
    form = partner.xml_form_id
    kind, other = kind_of(own.settings), kind_of(partner.settings)
    if own.xml_form_id == partner.xml_form_id:
        return phrase(
            "an indicator joins its form to another one: leave join blank, or name that form"
        )
    if other not in JOINED.get(kind, ()):
        return phrase(
            "%(form)s is not about the same household or person: a form about persons can be joined"
            " to one about persons or households, one about households to one about households",
            form=form,
        )
    if kind == other == "person" and not (_says_who(own) and _says_who(partner)):
        return phrase(
            "say in the settings of both forms which questions tell who the person is"
            " (person_sex, person_birth_year): %(form)s is joined only where they agree",
            form=form,
        )
    return None


def _says_who(definition: FormDefinition) -> bool:
    return all(setting in definition.settings for setting in SAME_PERSON)


class PairEvaluator:
    """Indicators that join two forms, ready for pairs of their interviews."""

    def __init__(
        self, indicators: Sequence[Indicator], own: FormDefinition, partner: FormDefinition
    ) -> None:
        """Raises ExpressionError or ValueError for what publishing would have refused."""
        if why := cannot_join(own, partner):
            raise ValueError(str(why))
        self._partner = partner
        self._evaluator: Evaluator = compile_indicators(indicators, join_forms(own, partner))
        is_person = kind_of(own.settings) == kind_of(partner.settings) == "person"
        self._same = [*_paths(own, partner)] if is_person else []

    def evaluate(
        self, root: etree._Element, other: etree._Element, *, interview_date: str
    ) -> list[Cell] | None:
        """What the two say together; None when they are about different people."""
        for path, their_path in self._same:
            said = text_at(root, path)
            if not said or said != text_at(other, their_path):
                return None
        whole = join_interviews(root, other, self._partner)
        return self._evaluator.evaluate(whole, interview_date=interview_date)


def _paths(own: FormDefinition, partner: FormDefinition) -> Iterator[tuple[str, str]]:
    for setting in SAME_PERSON:
        items = (known.field(known.settings[setting]) for known in (own, partner))
        path, their_path = (item.path if item else "" for item in items)
        yield path, their_path
