"""From the text of an expression to its tree: XPath 1.0 as XLSForm uses it, and `${name}`."""

from dataclasses import dataclass

from app.errors import Phrase, phrase
from app.xforms.expressions.habits import HABITS
from app.xforms.expressions.tokens import ExpressionError, Token, instead, tokens
from app.xforms.expressions.tree import (
    Binary,
    Call,
    Filtered,
    Junction,
    Negative,
    Node,
    Number,
    Path,
    Question,
    Text,
    walk,
)
from app.xforms.expressions.unknown import IN_A_FILE

DEEPEST = 80  # levels of brackets, and of the tree
_STRENGTH = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
}
_UNARY = 7
_PLAIN: dict[str, type[Number | Text | Question]] = {
    "number": Number,
    "text": Text,
    "question": Question,
}


def parse(text: str) -> Node:
    """The tree of an expression; raises ExpressionError, which names the place."""
    reader = _Reader(tokens(text))
    node = reader.expression()
    if reader.token.kind != "end":
        raise reader.surprise() or ExpressionError(
            "%(word)r is not expected here", reader.token.at, word=reader.token.text
        )
    for part, depth in walk(node):
        if depth > DEEPEST:
            raise ExpressionError("the expression is nested too deeply", part.at)
    return node


@dataclass
class _Reader:
    """Reads a list of words from left to right (precedence climbing)."""

    words: list[Token]
    index: int = 0
    depth: int = 0

    @property
    def token(self) -> Token:
        return self.words[self.index]

    def expression(self, strength: int = 1) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError("the expression is nested too deeply", self.token.at)
        node = self._operand()
        while (own := self._strength()) >= strength:
            operator = self._take()
            node = _join(node, operator, self.expression(own + 1))
        self.depth -= 1
        return node

    def _strength(self) -> int:
        token = self.token
        return _STRENGTH.get(token.text, 0) if token.kind in {"name", "symbol"} else 0

    def _operand(self) -> Node:
        if self._is("-"):
            minus = self._take()
            return Negative(self.expression(_UNARY), minus.at)
        return self._filtered(self._primary())

    def _primary(self) -> Node:
        token = self.token
        plain = _PLAIN.get(token.kind)
        if plain:
            self._take()
            return plain(token.text, token.at)
        if self._is("("):
            return self._bracketed()
        if token.kind == "name" and self._next_is("("):
            return self._call()
        if token.kind == "name" or token.text in {"/", ".", ".."}:
            return self._path()
        raise self.surprise() or ExpressionError(
            "a value is expected, not %(found)s", token.at, found=self._found()
        )

    def surprise(self) -> ExpressionError | None:
        """What the present word should be, where it is a habit from another language."""
        before, word = self.words[self.index - 1], self.token
        following = self.words[self.index + 1 :][:1]
        for words in ([before, word], [word, *following], [word]):
            written = "".join(part.text for part in words)
            if written in HABITS and all(part.kind in {"symbol", "name"} for part in words):
                return instead(written, HABITS[written], words[0].at)
        return self._comma(before) if word.text == "," else None

    def _comma(self, before: Token) -> ExpressionError | None:
        following = self.words[self.index + 1]
        if {before.kind, following.kind} != {"number"}:
            return None
        written, right = (f"{before.text}{sign}{following.text}" for sign in ",.")
        return instead(written, right, before.at)

    def _bracketed(self) -> Node:
        self._take()
        node = self.expression()
        self._expect(")")
        return node

    def _call(self) -> Node:
        name = self._take()
        self._take()
        arguments: list[Node] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.expression())
        self._expect(")")
        if name.text == "instance" and (self._is("/") or self._is("[")):
            raise ExpressionError(IN_A_FILE, name.at, name=name.text)
        if name.text == "current" and not arguments and self._is("/"):
            self._take()
            return Path((".", *self._steps()), name.at)
        return Call(name.text, tuple(arguments), name.at)

    def _path(self) -> Node:
        at = self.token.at
        if self._is("/"):
            self._take()
            return Path(("", *self._steps()), at)
        return Path(self._steps(), at)

    def _steps(self) -> tuple[str, ...]:
        steps = [self._step()]
        while self._is("/"):
            self._take()
            steps.append(self._step())
        return tuple(steps)

    def _step(self) -> str:
        if self.token.kind != "name" and self.token.text not in {".", ".."}:
            raise ExpressionError("a path goes on with a name, `.` or `..`", self.token.at)
        return self._take().text

    def _filtered(self, node: Node) -> Node:
        if not self._is("["):
            return node
        at = self._take().at
        if not isinstance(node, Question | Path):
            raise ExpressionError("only a repeat can have a condition in brackets", at)
        condition = self.expression()
        self._expect("]")
        if self._is("[") or self._is("/"):
            raise ExpressionError("nothing may follow the condition in brackets", self.token.at)
        return Filtered(node, condition, node.at)

    def _is(self, symbol: str) -> bool:
        return self.token.kind == "symbol" and self.token.text == symbol

    def _next_is(self, symbol: str) -> bool:
        following = self.words[self.index + 1]
        return following.kind == "symbol" and following.text == symbol

    def _take(self) -> Token:
        token = self.token
        self.index += 1
        return token

    def _expect(self, symbol: str) -> None:
        if not self._is(symbol):
            raise self.surprise() or ExpressionError(
                "%(symbol)r is expected, not %(found)s",
                self.token.at,
                symbol=symbol,
                found=self._found(),
            )
        self._take()

    def _found(self) -> str | Phrase:
        """The present word, in words."""
        return repr(self.token.text) if self.token.text else phrase("the end")


def _join(left: Node, operator: Token, right: Node) -> Node:
    if operator.text not in {"and", "or"}:
        return Binary(operator.text, left, right, operator.at)
    if isinstance(left, Junction) and left.operator == operator.text:
        return Junction(operator.text, (*left.operands, right), left.at)
    return Junction(operator.text, (left, right), operator.at)
