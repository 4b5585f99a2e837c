"""What Collect would refuse or pass over in silence is found before a code is drawn."""

import pytest

from app.accounts.collect_schema import mistakes

GOOD = {
    "general": {"server_url": "https://so.example/v1/key/t/projects/1", "autosend": "wifi_only"},
    "admin": {"admin_pw": "x", "change_server": False},
    "project": {"name": "Xã hội số", "icon": "🏡", "color": "#0b5c56"},
}


def test_good_settings_and_the_least_there_can_be():
    assert mistakes(GOOD) == []
    assert mistakes({"general": {"server_url": "https://x.example"}, "admin": {}}) == []


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("general", "autosend", "sometimes"),
        ("general", "autosend", True),
        ("general", "delete_send", "true"),
        ("general", "delete_send", 1),
        ("general", "server_url", 7),
        ("general", "nonsense", "x"),
        ("admin", "change_server", "false"),
        ("admin", "admin_pw", False),
        ("project", "color", "green"),
        ("project", "color", "#12345"),
        ("project", "icon", None),
    ],
)
def test_wrong_types_words_and_keys(part, key, value):
    [found, *_] = mistakes({**GOOD, part: {**GOOD[part], key: value}})
    assert f"{part}.{key}" in found


@pytest.mark.parametrize(
    "settings",
    [
        None,
        [],
        {},
        {"general": GOOD["general"]},
        {"admin": {}},
        {**GOOD, "admin": []},
        {**GOOD, "project": "x"},
        {**GOOD, "more": {}},
        {**GOOD, "general": {}},
        {**GOOD, "general": {"server_url": "https://x.example/?st=1"}},
        {**GOOD, "general": {"server_url": "https://x.example/"}},
    ],
)
def test_missing_parts_and_addresses_that_would_not_do(settings):
    assert mistakes(settings)
