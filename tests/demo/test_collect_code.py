import base64
import io
import json
import zlib

from app.demo.collect_code import collect_settings, draw, save_png

URL = "http://192.168.1.5:8000/v1/key/abc/projects/1"


def test_the_code_holds_what_collect_needs():
    text = collect_settings(URL, "Xã hội số", "dtv01")
    settings = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))

    assert settings["general"] == {
        "server_url": URL,
        "form_update_mode": "match_exactly",
        "autosend": "wifi_and_cellular",
        "metadata_username": "dtv01",
    }
    assert settings["admin"] == {}
    assert settings["project"]["name"] == "Xã hội số"
    assert len(settings["project"]["color"]) == len("#rrggbb")


def test_the_code_is_drawn_for_screens_and_terminals(tmp_path):
    text = collect_settings(URL, "Xã hội số", "dtv01")
    save_png(text, tmp_path / "code.png")
    terminal = io.StringIO()
    draw(text, terminal)

    assert (tmp_path / "code.png").read_bytes().startswith(b"\x89PNG")
    lines = terminal.getvalue().splitlines()
    assert len(lines) > 20
    assert max(map(len, lines)) < 100
