"""PURE. One visit of a surveyor: to whom, when, with what result, and what the reviewer decides."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from app.demo.people import OCCUPIED, Household
from app.demo.places import REFORM, Village

LISTING, HOUSEHOLD, SKILLS, SERVICES, VILLAGE = FORMS = (
    "xhs_lap_ds_ho", "xhs_ho", "xhs_kynang", "xhs_dichvu", "xhs_thon",
)  # fmt: skip

APPROVE, LEAVE, REJECT = "approve", "leave", "reject"
# A corrected version; another interview with the same household; one of the round before.
EDIT, SECOND, EARLIER = "edit", "second", "earlier"

HELD, ABSENT, APPOINTMENT, REFUSES, MOVED, GONE, UNREACHABLE = "1234567"
AGREED, DISAGREED = "1", "2"


@dataclass(frozen=True, slots=True)
class Interview:
    """An interview, or the record of a visit that did not lead to one."""

    form: str
    village: Village
    household: Household | None  # None: about the village
    surveyor: int  # position among all surveyors
    start: datetime
    visit: int = 1
    result: str = HELD
    consent: str = AGREED
    decision: str = APPROVE
    variant: str = ""
    with_photo: bool = False

    @property
    def subject(self) -> str:
        """The key of the household or village it is about."""
        return self.household.key if self.household else self.village.key

    @property
    def commune_code(self) -> str:
        """The commune as it was called on that day."""
        is_old = self.start.date() < REFORM
        return self.village.old_commune if is_old else self.village.commune

    @property
    def is_complete(self) -> bool:
        """Whether the questions were asked."""
        return self.result == HELD and self.consent == AGREED

    def instance_id(self, seed: int) -> str:
        """The same every time the demo is played with this seed: sent again it is a repeat."""
        return self._id(seed, self.variant)

    def replaced_id(self, seed: int) -> str | None:
        """The version that this one corrects."""
        return self._id(seed, "") if self.variant == EDIT else None

    def new_household(self, seed: int) -> tuple[str, str] | None:
        """The id and label under which the phone keeps the household that it lists, if it does."""
        if self.form != LISTING or self.household is None or self.household.dwelling != OCCUPIED:
            return None
        digest = sha256(f"{seed}/{self.subject}".encode()).digest()
        label = f"{self.household.number}. {self.household.head}"
        return str(UUID(bytes=digest[:16], version=4)), label

    def _id(self, seed: int, variant: str) -> str:
        parts = (seed, self.form, self.subject, self.visit, variant)
        return f"uuid:{uuid5(NAMESPACE_URL, 'thonso-demo:' + '/'.join(map(str, parts)))}"


def household_code(village_id: str, number: int) -> str:
    """The key that the listing form computes: village and four digits."""
    return f"{village_id}-{number:04d}"
