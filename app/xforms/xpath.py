"""Which nodes of the form an XPath expression reads."""

import re

Path = tuple[str, ...]  # names from the root element on: ("data", "m", "age")

_TOKEN = re.compile(
    r"""\s*("[^"]*"|'[^']*'|\d+(?:\.\d*)?|\.\d+|\.\.|//|!=|<=|>=|\w[\w.-]*(?::\w[\w.-]*)?|\S)"""
)
_BETWEEN = {"and", "or", "div", "mod", "*"}  # operators that could also be steps of a path
_DEEPEST = 100  # brackets within brackets; what is deeper is read as if it were not in brackets
_ELSEWHERE: Path = ("",)  # below the root of another instance, or of a computed node set


def referenced_nodes(expression: str, node: Path) -> set[Path]:
    """Return the nodes that the expression of this node refers to, predicates dropped.

    References inside predicates count; nodes of secondary instances do not.
    """
    reader = _Reader(_TOKEN.findall(expression), node)
    while reader.ahead:
        reader.expression(node)
        reader.advance()
    return {path for path in reader.found if path and path[0]}


class _Reader:
    """Walks the tokens of one expression once and gathers the paths it meets."""

    def __init__(self, tokens: list[str], node: Path) -> None:
        self.tokens = iter(tokens)
        self.node = node  # what current() means, also inside predicates
        self.found: set[Path] = set()
        self.ahead = next(self.tokens, "")
        self.depth = 0

    def advance(self) -> str:
        passed, self.ahead = self.ahead, next(self.tokens, "")
        return passed

    def expression(self, context: Path) -> None:
        """Read up to the bracket that closes this expression, or to the end."""
        operand = False  # has just been read: a name is then an operator, and * a product
        while self.ahead and self.ahead not in {")", "]"}:
            if operand and self.ahead in _BETWEEN:
                self.advance()
                operand = False
            else:
                operand = self.operand(context)

    def operand(self, context: Path) -> bool:
        """Read one operand, or a sign or comma that is none."""
        if self.ahead == "(":
            self.brackets(context)
            self.steps(self.predicates(_ELSEWHERE))
        elif self.ahead in {"/", "//"}:
            self.steps(())
        elif _begins_step(self.ahead):
            self.path_or_call(context)
        else:
            return self.advance()[0] in "\"'0123456789."
        return True

    def path_or_call(self, context: Path) -> None:
        first = self.advance()
        if self.ahead == "(" and first[0] not in ".*@":
            self.brackets(context)
            self.steps(self.predicates(self.node if first == "current" else _ELSEWHERE))
        else:
            self.steps(self.predicates(_step(context, first)))

    def steps(self, path: Path) -> None:
        """Read the "/name" steps that follow and keep the node they lead to."""
        while self.ahead in {"/", "//"}:
            self.advance()
            if _begins_step(self.ahead):
                path = self.predicates(_step(path, self.advance()))
        self.found.add(path)

    def predicates(self, path: Path) -> Path:
        while self.ahead == "[":
            self.brackets(path)
        return path

    def brackets(self, context: Path) -> None:
        self.advance()
        self.depth += 1
        if self.depth < _DEEPEST:
            self.expression(context)
            self.advance()
        self.depth -= 1


def _step(path: Path, name: str) -> Path:
    if name == ".":
        return path
    if name == "..":
        return path[:-1]
    return (*path, name)


def _begins_step(text: str) -> bool:
    return text in {".", "..", "*", "@"} or text[:1].isalpha() or text[:1] == "_"
