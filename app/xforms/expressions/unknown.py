"""What is said of names that are no question or function here, and what to write instead."""

from collections.abc import Collection
from difflib import get_close_matches

from app.xforms.definition import Field, FormDefinition
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.tree import Call, Path, Question
from app.xforms.join import MARK

IN_A_FILE = (
    "%(name)s() looks into a file that phones have:"
    " add a calculate question for it, and use its answer"
)
REFUSED = {
    **dict.fromkeys(
        ("once", "random", "randomize", "now", "uuid"),
        "%(name)s() differs from call to call, and a figure must always come out the same:"
        " use an answer, or today()",
    ),
    **dict.fromkeys(
        ("jr:choice-name", "jr:itext"),
        "%(name)s() gives a label, which differs by language: compare the code",
    ),
    **dict.fromkeys(("pulldata", "instance"), IN_A_FILE),
    **dict.fromkeys(
        ("version", "property", "extract-signed"),
        "%(name)s() is about the phone and its form, not an answer:"
        " add a calculate question for it, and use its answer",
    ),
}
_OTHER_NAMES = {"is-selected": "selected", "enclosed-area": "area", "last": "count"}
_EARLIER = "last-saved"  # the interview before, in XLSForm


def no_function(node: Call, names: Collection[str]) -> ExpressionError:
    """Of a call of something that is no function."""
    close = get_close_matches(node.name.lower(), sorted(names), n=1)
    meant = _OTHER_NAMES.get(node.name) or (close[0] if close else "")
    if not meant:
        return ExpressionError("there is no function %(name)s()", node.at, name=node.name)
    return ExpressionError(
        "there is no function %(name)s(); is %(close)s() meant?",
        node.at,
        name=node.name,
        close=meant,
    )


def no_answer(
    node: Question | Path, item: Field | None, definition: FormDefinition
) -> ExpressionError:
    """Of a name that is no question, or one that nobody answers (`item`)."""
    name = node.name if isinstance(node, Question) else "/".join(node.steps)
    if item:
        return ExpressionError(
            "the %(type)s %(name)s has no answer", node.at, type=item.type, name=name
        )
    names = [known.name for known in definition.fields]
    form = name.rpartition(MARK)[0]
    if form == _EARLIER:
        return ExpressionError(
            "${%(name)s} is an answer of another interview: use a question of this one",
            node.at,
            name=name,
        )
    if form and not any(known.startswith(form + MARK) for known in names):
        return ExpressionError(
            "there is no question %(name)s: name the form %(form)s in the column join",
            node.at,
            name=name,
            form=form,
        )
    if names.count(name) > 1:
        return ExpressionError("several questions have the name %(name)s", node.at, name=name)
    if name in names:
        return ExpressionError("a question is written ${%(name)s}", node.at, name=name)
    close = get_close_matches(name, names, n=1)
    if not close:
        return ExpressionError("there is no question %(name)s", node.at, name=name)
    return ExpressionError(
        "there is no question %(name)s; is %(close)s meant?", node.at, name=name, close=close[0]
    )
