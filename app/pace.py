"""How a worker shares its time between interviews and the sums of figures."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

REFRESH_SHARE = 0.15  # of a worker's time at most goes into sums while interviews keep coming
STEP = 0.25  # seconds of a rest after which a worker looks whether a person decided something
# Villages are summed up together for so many seconds: a person's decision may have to wait so long.
TOGETHER = 0.15
FEWEST, MOST = 5, 100  # villages
GATHER, GATHER_BELOW = 0.1, 50  # seconds; interviews


@dataclass(slots=True)
class Pace:
    """Keeps a worker from doing small things one by one that are cheaper together."""

    shortest: float = 0.0  # seconds from one refresh to the next; 0: nothing is ever waited for
    next_at: float = 0.0
    villages: int = 25  # summed up together, as many as their size and the machine allow

    def wait(self) -> float:
        """Seconds until figures may be summed up again while interviews keep coming."""
        return max(0.0, self.next_at - time.monotonic())

    def summed(self, seconds: float) -> None:
        """Adapts how many villages are summed up together to how long so many have just taken."""
        fitting = round(self.villages * TOGETHER / max(seconds, 1e-3))
        self.villages = max(FEWEST, min(MOST, fitting))

    def refreshed(self, seconds: float) -> None:
        """Sets the next time by how long summing up has just taken."""
        if self.shortest:
            self.next_at = time.monotonic() + max(self.shortest, seconds / REFRESH_SHARE)

    def gather(self, taken: int) -> None:
        """Lets more come together after a small batch, which costs hardly less than a full one."""
        if self.shortest and 0 < taken < GATHER_BELOW:
            time.sleep(GATHER)

    def rests(self) -> Iterator[None]:
        """Waits for what else comes, step by step; with nothing to read no longer than `shortest`.

        What is urgent is to be done between the steps.
        """
        left = min(self.wait(), self.shortest)
        while left > 0:
            time.sleep(min(left, STEP))
            left -= STEP
            yield
