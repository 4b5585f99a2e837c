"""PURE. Invents households and their people from a seed: the same seed, the same people."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from app.demo.chance import happens, numbers_of
from app.demo.names import MAN, WOMAN, known_as
from app.demo.places import VILLAGES, Village, shares

ADULT, ASKED = 18, 15
LEAVES_HOME = 24
POOR, NEAR_POOR = -1.1, -0.7  # means

OCCUPIED, AWAY, EMPTY, NO_HOME = "1", "2", "3", "4"
LANDMARKS = ("cạnh nhà văn hóa", "sau nhà rông", "đầu làng", "gần giếng nước", "cuối đường bê tông",
             "đối diện trường mẫu giáo", "cạnh vườn điều", "gần đại lý phân bón")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of 15 or more, and what decides how they live with digital things."""

    label: str  # as a surveyor notes it: "vợ", "con cả"
    sex: str
    birth_year: int
    age: int
    skill: float  # around 0: how much at home with digital things
    schooling: int  # code of the list `edu`


@dataclass(frozen=True, slots=True)
class Household:
    """A dwelling and who lives in it; only an occupied one has people."""

    village: Village
    number: int
    dwelling: str
    head: str = ""
    landmark: str = ""
    poor: str = ""
    jrai: bool = False
    means: float = 0.0
    children: int = 0
    members: tuple[Member, ...] = ()

    @property
    def key(self) -> str:
        """Its name within the demo."""
        return f"{self.village.key}/{self.number}"

    @property
    def size(self) -> int:
        """Everybody who lives there."""
        return self.children + len(self.members)


def invent_households(seed: int, households: int, year: int) -> Iterator[Household]:
    """Households of all villages; ages are those that people reach in `year`."""
    for village in VILLAGES:
        for number in range(1, shares(households)[village.key] + 1):
            # Its own chance each, so that more households do not change the earlier ones.
            yield _invent(numbers_of(seed, village.key, number), village, number, year)


def _invent(rng: random.Random, village: Village, number: int, year: int) -> Household:
    dwelling = rng.choices((OCCUPIED, AWAY, EMPTY, NO_HOME), (93, 3, 3, 1))[0]
    if dwelling != OCCUPIED:
        return Household(village, number, dwelling)
    jrai = happens(rng, village.jrai)
    means = village.means + rng.gauss(0, 0.7)
    ages = _compose(rng, jrai=jrai)
    asked = [who for who in ages if who[2] >= ASKED]
    members = tuple(_member(rng, *who, means=means, year=year) for who in asked)
    sex, age = (members[0].sex, members[0].age) if members else (rng.choice((MAN, WOMAN)), 40)
    return Household(
        village,
        number,
        dwelling,
        head=known_as(rng, jrai=jrai, sex=sex, age=age),
        landmark=rng.choice(LANDMARKS) if happens(rng, 0.5) else "",
        poor=_poor(rng, means),
        jrai=jrai,
        means=means,
        children=len(ages) - len(asked),
        members=members,
    )


def _member(
    rng: random.Random, label: str, sex: str, age: int, *, means: float, year: int
) -> Member:
    schooling = min(max(round(rng.gauss(2.2 + means - (age - 30) / 25, 1.0)), 0), 5)
    skill = 0.8 * means + 0.35 * (schooling - 2) - (age - 35) / 18 + rng.gauss(0, 0.7)
    return Member(label, sex, year - age, age, skill, schooling)


def _poor(rng: random.Random, means: float) -> str:
    felt = means + rng.gauss(0, 0.4)
    if felt < POOR:
        return "1"
    return "2" if felt < NEAR_POOR else "3"


Who = tuple[str, str, int]  # label, sex, age


def _compose(rng: random.Random, *, jrai: bool) -> list[Who]:
    """The people of a household; the first is its head where there is a grown-up."""
    kinds = (_family, _three_generations, _elders, _alone, _one_parent, _grandchildren, _orphans)
    return rng.choices(kinds, (50, 22, 9, 6, 7, 5, 1))[0](rng, jrai)


def _family(rng: random.Random, jrai: bool) -> list[Who]:
    father = rng.randint(23, 55)
    mother = max(father - rng.randint(-2, 5), 19)
    couple = [("chủ hộ", MAN, father), ("vợ", WOMAN, mother)]
    if jrai and happens(rng, 0.4):  # many Jrai households name the wife as their head
        couple = [("chủ hộ", WOMAN, mother), ("chồng", MAN, father)]
    return couple + _children(rng, mother, most=4 if jrai else 3)


def _three_generations(rng: random.Random, jrai: bool) -> list[Who]:
    family = _family(rng, jrai)
    eldest = max(age for _, _, age in family)
    family.append(("mẹ", WOMAN, eldest + rng.randint(20, 28)))
    if happens(rng, 0.55):
        family.append(("bố", MAN, eldest + rng.randint(22, 30)))
    return family


def _elders(rng: random.Random, _jrai: bool) -> list[Who]:
    he = rng.randint(60, 82)
    return [("chủ hộ", MAN, he), ("vợ", WOMAN, he - rng.randint(-1, 6))]


def _alone(rng: random.Random, _jrai: bool) -> list[Who]:
    return [("chủ hộ", rng.choice((MAN, WOMAN, WOMAN)), rng.randint(24, 80))]


def _one_parent(rng: random.Random, _jrai: bool) -> list[Who]:
    age = rng.randint(24, 52)
    return [("chủ hộ", WOMAN, age), *_children(rng, age, most=3)]


def _grandchildren(rng: random.Random, jrai: bool) -> list[Who]:
    """Their parents work far away."""
    elders = _elders(rng, jrai)
    return [*elders, *(("cháu", MAN, rng.randint(2, 16)) for _ in range(rng.randint(1, 3)))]


def _orphans(rng: random.Random, _jrai: bool) -> list[Who]:
    """Nobody of 15 or more."""
    return [("chị", WOMAN, rng.randint(12, 14)), ("em", MAN, rng.randint(6, 11))]


ORDER = ("con cả", "con thứ hai", "con thứ ba", "con thứ tư")


def _children(rng: random.Random, mother: int, most: int) -> list[Who]:
    age = mother - rng.randint(19, 26)
    children: list[Who] = []
    for label in ORDER[: rng.randint(1, most)]:
        if age < 0:
            break
        if age <= LEAVES_HOME or happens(rng, 0.15):
            children.append((label, rng.choice((MAN, WOMAN)), age))
        age -= rng.randint(2, 5)
    return children
