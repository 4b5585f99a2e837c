"""PURE. Where the demo takes place: real communes of today's Gia Lai, invented villages.

The villages' names sound as names do there; none of them stands for a real village.
"""

from dataclasses import dataclass
from datetime import date

PROVINCE = "52"
REFORM = date(2025, 7, 1)  # from here on communes are those of today


@dataclass(frozen=True, slots=True)
class Village:
    """An invented village and what living there is like."""

    commune: str  # official code
    number: int  # within its commune, from 1
    name: str
    type: str
    jrai: float  # share of Jrai households
    means: float  # how well off, around 0
    fibre: float  # share of houses that a fibre cable passes
    signal: str  # code of the usual signal indoors
    weight: int  # how many households, compared with the others

    @property
    def key(self) -> str:
        """Its name within the demo."""
        return f"{self.commune}/{self.number}"

    @property
    def old_commune(self) -> str:
        """Code of the commune in which it lay before the reform."""
        return _LAY_IN.get(self.key, self.commune)


COMMUNES = ("23872", "23884", "23869", "23857")  # Ia Dom, Ia Nan, Ia Dơk, Đức Cơ

_VILLAGES = {
    "23872": (
        ("Mook Đen", "làng", 0.95, -0.6, 0.35, "2", 5),
        ("Mook Trang", "làng", 0.9, -0.5, 0.5, "3", 4),
        ("Bi Ia Tang", "làng", 0.9, -0.7, 0.2, "2", 3),
        ("Cửa Khẩu", "thôn", 0.15, 0.6, 0.95, "4", 6),
        ("Ia Mút", "thôn", 0.3, 0.1, 0.8, "3", 5),
        ("Đội Mười", "thôn", 0.2, 0.2, 0.7, "3", 3),
    ),
    "23884": (
        ("Nú Sơn", "làng", 0.95, -0.6, 0.4, "3", 5),
        ("Sơn Tung", "làng", 0.9, -0.5, 0.3, "2", 4),
        ("Ia Nhú", "làng", 0.95, -0.8, 0.1, "1", 3),
        ("Đức Hưng Mới", "thôn", 0.1, 0.5, 0.9, "4", 5),
        ("Nông Trường", "thôn", 0.25, 0.3, 0.85, "3", 5),
        ("Ia Đao Trong", "thôn", 0.4, 0.0, 0.6, "3", 3),
    ),
    "23869": (
        ("Ghè Ngoài", "làng", 0.9, -0.4, 0.5, "3", 5),
        ("Dơk Klah", "làng", 0.95, -0.6, 0.3, "2", 4),
        ("Pong Mới", "làng", 0.9, -0.5, 0.45, "3", 4),
        ("Sung Kép", "làng", 0.95, -0.7, 0.2, "2", 3),
        ("Thống Nhất Mới", "thôn", 0.1, 0.5, 0.95, "4", 5),
        ("Ia Kla Dưới", "thôn", 0.35, 0.1, 0.7, "3", 4),
    ),
    "23857": (
        ("Chư Ty Một", "tổ dân phố", 0.05, 0.9, 1.0, "4", 6),
        ("Chư Ty Hai", "tổ dân phố", 0.1, 0.8, 1.0, "4", 6),
        ("Bệnh Viện", "tổ dân phố", 0.1, 0.8, 1.0, "4", 5),
        ("Trol Đeng Trên", "làng", 0.9, -0.2, 0.7, "3", 4),
        ("Ghè Trong", "làng", 0.9, -0.3, 0.6, "3", 4),
        ("Chợ Mới", "thôn", 0.1, 0.7, 0.95, "4", 5),
    ),
}

# Where today's communes were made of several; each took the code of one of them.
_LAY_IN = dict.fromkeys(("23869/1", "23869/2", "23869/3", "23869/4"), "23860") | dict.fromkeys(
    ("23857/4", "23857/5"), "23878"
)

VILLAGES = tuple(
    Village(commune, number, *row)
    for commune in COMMUNES
    for number, row in enumerate(_VILLAGES[commune], 1)
)


def shares(households: int) -> dict[str, int]:
    """How many dwellings each village (by key) has, at least one each, when there are so many."""
    weights = sum(village.weight for village in VILLAGES)
    exact = {village.key: households * village.weight / weights for village in VILLAGES}
    whole = {key: max(int(share), 1) for key, share in exact.items()}
    left = households - sum(whole.values())
    by_remainder = sorted(exact, key=lambda key: (int(exact[key]) - exact[key], key))
    for key in by_remainder[: max(left, 0)]:
        whole[key] += 1
    return whole
