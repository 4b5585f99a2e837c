"""The demo's surveyors: each with a phone, sending what the plan says, in the order of time."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app.demo.connection import StoppedError
from app.demo.files import audit_log, photo
from app.demo.interviews import HOUSEHOLD, SERVICES, SKILLS, Interview, household_code
from app.demo.phone import File, Phone
from app.demo.questionnaires import answer

AT_ONCE = 8  # phones that send at the same time
EVERY_SO_MANY = 40  # of how many interviews one is sent a second time, as after a lost answer
LIST_SECONDS = 120.0
NEEDS_LIST = {HOUSEHOLD, SKILLS, SERVICES}


@dataclass(slots=True)
class Surveyor:
    """Somebody who fills in forms: the code on the interviews, and the phone."""

    code: str
    phone: Phone
    sent: int = field(default=0)


@dataclass(frozen=True, slots=True)
class FieldWork:
    """What all surveyors share: the seed of the answers, and the server's ids of the villages."""

    seed: int
    village_ids: Mapping[str, str]
    told: Callable[[], None]  # called after each interview

    def send_turn(self, surveyors: Sequence[Surveyor], interviews: Iterable[Interview]) -> None:
        """Send the interviews of one turn, surveyor by surveyor at the same time."""
        own: list[list[Interview]] = [[] for _ in surveyors]
        for interview in interviews:
            own[interview.surveyor].append(interview)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in [
                pool.submit(self._send_all, surveyor, todo)
                for surveyor, todo in zip(surveyors, own, strict=True)
            ]:
                done.result()

    def _send_all(self, surveyor: Surveyor, interviews: Sequence[Interview]) -> None:
        if not interviews:
            return
        seeds = self._pick_seeds(surveyor.phone, interviews)
        for interview in interviews:
            self._send(surveyor, interview, seeds.get(self._code(interview), ""))
            self.told()

    def _send(self, surveyor: Surveyor, interview: Interview, pick_seed: str) -> None:
        village_id = self.village_ids[interview.village.key]
        found = answer(interview, self.seed, village_id, surveyor.code, pick_seed)
        form = surveyor.phone.forms[interview.form]
        ids = (interview.instance_id(self.seed), interview.replaced_id(self.seed))
        xml = form.fill(found, *ids, new_entity=interview.new_household(self.seed))
        files = [File("audit.csv", audit_log(interview), "text/csv")]
        if interview.with_photo:
            files.append(File(*photo(interview), "image/png"))
        surveyor.phone.send(xml, files, in_parts=interview.with_photo)
        surveyor.sent += 1
        if surveyor.sent % EVERY_SO_MANY == 0:
            surveyor.phone.send(xml, files)

    def _pick_seeds(self, phone: Phone, interviews: Sequence[Interview]) -> dict[str, str]:
        """Each household's random number; waits until the list has all that are to be visited."""
        wanted = {self._code(i) for i in interviews if i.form in NEEDS_LIST}
        deadline = time.monotonic() + LIST_SECONDS
        while True:
            phone.update()
            rows = phone.lists.get("households.csv", [])
            seeds = {row["code"]: row["pick_seed"] for row in rows}
            missing = wanted - set(seeds)
            if not missing:
                return seeds
            if time.monotonic() > deadline:
                raise StoppedError(
                    f"{len(missing)} listed households did not reach the phone's list."
                )
            time.sleep(0.5)

    def _code(self, interview: Interview) -> str:
        household = interview.household
        if household is None:
            return ""
        return household_code(self.village_ids[interview.village.key], household.number)
