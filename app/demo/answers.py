"""PURE. The shape of an interview's answers: question to text, a repeat's name to its rows."""

from collections.abc import Mapping, Sequence

Row = Mapping[str, str]
Answers = dict[str, str | Sequence[Row]]
