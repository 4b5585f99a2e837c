"""The workbooks of the guide for authors, docs/indicators.md, as it shows them."""

import re
from pathlib import Path

GUIDE = (Path(__file__).parents[1] / "docs/indicators.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


(QUESTIONS,), (ANSWERS,), (BREAKDOWNS,), (INDICATORS,) = map(
    blocks, ("xlsform", "answers", "breakdowns", "indicators")
)
JOINED = blocks("joined")
WHOLE = [QUESTIONS + BREAKDOWNS + INDICATORS, *blocks("workbook")]
