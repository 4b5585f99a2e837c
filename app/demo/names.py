"""PURE. Names for invented people: such as Kinh and Jrai families have, and nobody's."""

import random

KINH_CLANS = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Phan",
)
KINH_MEN = (
    "Hùng",
    "Dũng",
    "Thắng",
    "Sơn",
    "Lâm",
    "Tuấn",
    "Bình",
    "Khải",
    "Quý",
    "Định",
    "Toàn",
    "Phúc",
)
KINH_WOMEN = (
    "Lan",
    "Hoa",
    "Thủy",
    "Mai",
    "Hạnh",
    "Liên",
    "Ngọc",
    "Yến",
    "Nga",
    "Thơm",
    "Diễm",
    "Tâm",
)
JRAI_CLANS = (
    "Rơ Châm",
    "Rơ Mah",
    "Siu",
    "Ksor",
    "Kpuih",
    "Rơ Lan",
    "Puih",
    "Rah Lan",
    "Kpă",
    "Nay",
)
JRAI_MEN = (
    "Hyao",
    "Blưch",
    "Thưk",
    "Bơm",
    "Lơk",
    "Ngưnh",
    "Djưh",
    "Klũh",
    "Pyơi",
    "Brơn",
    "Yưk",
    "Mơi",
)
JRAI_WOMEN = (
    "H’Lyă", "H’Bơn", "H’Nhuai", "H’Pyơ", "H’Briu", "H’Yơi",
    "H’Mlưn", "H’Kiên", "H’Djuin", "H’Tlưng", "H’Rơm", "H’Phăn",
)  # fmt: skip

MAN, WOMAN = "1", "2"
OLD = 60


def given_name(rng: random.Random, *, jrai: bool, sex: str) -> str:
    """A given name."""
    if sex == MAN:
        return rng.choice(JRAI_MEN if jrai else KINH_MEN)
    return rng.choice(JRAI_WOMEN if jrai else KINH_WOMEN)


def full_name(rng: random.Random, *, jrai: bool, sex: str) -> str:
    """Clan and given name, for accounts."""
    clan = rng.choice(JRAI_CLANS if jrai else KINH_CLANS)
    return f"{clan} {given_name(rng, jrai=jrai, sex=sex)}"


def known_as(rng: random.Random, *, jrai: bool, sex: str, age: int) -> str:
    """What a house is found by: "ông Hyao", "chị Lan"."""
    man, woman = ("ông", "bà") if age >= OLD else ("anh", "chị")
    return f"{man if sex == MAN else woman} {given_name(rng, jrai=jrai, sex=sex)}"
