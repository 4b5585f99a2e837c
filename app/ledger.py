"""What is owed: how much stands in the ledgers, and what waits for a person.

It needs nothing but a connection, so that asking costs a command no start of the application.
"""

from dataclasses import dataclass
from typing import Any

import psycopg

# After so many failed attempts a person has to look at an interview.
MOST_ATTEMPTS = 5
# Between attempts it waits, each time longer: what broke may be put right meanwhile. A time that
# lies far ahead was set by a clock that has been put back since.
DUE = """(retry_at is null or retry_at <= now() or retry_at > now() + interval '1 hour')"""


@dataclass(frozen=True, slots=True)
class Owed:
    """What is still to be done, and what waits for a person."""

    unread: int
    stale_villages: int
    set_aside: int
    parked: int
    waiting: int
    imports: int
    evaluations: int
    files: int
    releases: int

    @property
    def is_settled(self) -> bool:
        """Everything accepted is processed and every figure is up to date."""
        return not (self.unread or self.stale_villages or self.imports or self.evaluations)

    def counts(self) -> dict[str, int]:
        """Each count under the words the command line prints."""
        return {
            "interviews to read": self.unread,
            "villages to sum up": self.stale_villages,
            "set aside after failed attempts": self.set_aside,
            "parked": self.parked,
            "waiting for a decision": self.waiting,
            "imports under way": self.imports,
            "forms to evaluate again": self.evaluations,
            "files of figures to make": self.files,
            "releases to give out": self.releases,
        }


OWED = """
select (select count(*) from inbox where attempts < %(most)s),
       (select count(*) from (select distinct round_id, village_id from stale_villages) s),
       (select count(*) from inbox where attempts >= %(most)s),
       (select count(*) from parked_uploads where settled_at is null),
       (select coalesce(sum(n), 0) from
        (select state, n from submission_counts
         union all select state, n from submission_count_changes) kept
        where state in ('received', 'edited')),
       (select count(*) from imports where state = 'running' and zip_sha256 is not null),
       (select count(*) from evaluations where state = 'running'),
       (select count(*) from figure_files where state = 'running'),
       (select count(*) from releases where state = 'making')
"""

IS_OWED = f"""
select exists (select from inbox where attempts < %(most)s and {DUE})
    or exists (select from stale_villages)
    or exists (select from imports where state = 'running' and zip_sha256 is not null)
    or exists (select from evaluations where state = 'running')
    or exists (select from figure_files where state = 'running')
    or exists (select from releases where state = 'making')
"""  # noqa: S608 - our own words


def owed(connection: psycopg.Connection[Any]) -> Owed:
    """What the ledgers hold."""
    row = connection.execute(OWED, {"most": MOST_ATTEMPTS}).fetchone()
    assert row is not None
    return Owed(*row)


def is_owed(connection: psycopg.Connection[Any]) -> bool:
    """Whether a worker has anything to do now."""
    row = connection.execute(IS_OWED, {"most": MOST_ATTEMPTS}).fetchone()
    return bool(row and row[0])
