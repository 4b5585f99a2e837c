"""The surveyor's QR code, for a screen and for a terminal."""

import io

from app.demo.collect_code import draw, save_png

TEXT = "eNq9" * 90  # as long as the settings of a surveyor


def test_the_code_is_drawn_for_screens_and_terminals(tmp_path):
    save_png(TEXT, tmp_path / "code.png")
    terminal = io.StringIO()
    draw(TEXT, terminal)

    assert (tmp_path / "code.png").read_bytes().startswith(b"\x89PNG")
    lines = terminal.getvalue().splitlines()
    assert len(lines) > 20
    assert max(map(len, lines)) < 100
