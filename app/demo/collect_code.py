"""Draws the QR code with which ODK Collect sets itself up for a surveyor."""

from pathlib import Path
from typing import TextIO

import segno

PIXELS_PER_MODULE = 5


def save_png(settings: str, path: Path) -> None:
    """Draw the code as a picture to be scanned from a screen or paper."""
    segno.make(settings, error="l", micro=False).save(str(path), scale=PIXELS_PER_MODULE, border=4)


def draw(settings: str, out: TextIO) -> None:
    """Draw the code in the terminal, two rows of modules to a line."""
    segno.make(settings, error="l", micro=False).terminal(out, compact=True, border=2)
