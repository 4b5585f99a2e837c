"""Draws the samples of `test_draw.py` with nothing but the standard library, and prints hashes.

Run as a script by other interpreters and in other surroundings: `python draw_elsewhere.py APP`,
with the folder of the package `app`, whose own requirements need not be there.
"""

import hashlib
import json
import sys
from types import ModuleType


def main(folder: str) -> None:
    """By design, the hash of the drawn codes; and that of the frame."""
    package = ModuleType("app")
    package.__path__ = [folder]
    sys.modules["app"] = package
    from app.samples.design import Design, FrameHousehold, fingerprint
    from app.samples.draw import draw

    frame = {  # a set, so that every hash seed gives another order
        FrameHousehold(f"T-{v:02}-{h:04}", f"T-{v:02}", f"C{v % 3}", h % 7 == 0)
        for v in range(12)
        for h in range(20 + 5 * v)
    }
    designs = {
        "simple": Design("simple", 50),
        "poor": Design("stratified", 60, by="commune", oversample=3, reserves=2),
        "two-stage": Design("two-stage", 6, 10, by="commune", oversample=2, reserves=3),
    }
    drawn = {
        name: "\n".join(h.code for h in draw(list(frame), design, "đợt 1").households)
        for name, design in designs.items()
    }
    print(json.dumps({
        "frame": fingerprint(list(frame)),
        **{name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in drawn.items()},
    }))  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
