"""Slowing down whoever guesses passwords, name by name.

Only the name counts, never the address: a commune's offices share one address, and one of them
must not lock out the others. The waits are short and end by themselves.
"""

from app.db import autocommit
from app.errors import Problem

FREE_ATTEMPTS = 5

# After the free attempts each failure doubles the wait: 30 s, 1, 2, 4, 8, then always 15 minutes.
# A day without a failure is forgiven.
_COUNT = f"""
    insert into sign_in_failures as f (name, failures, last_at) values (%(name)s, 1, now())
    on conflict (name) do update
       set failures = case when f.last_at < now() - interval '1 day' then 1
                           else f.failures + 1 end,
           last_at = now()
     where f.failures < {FREE_ATTEMPTS}
        or f.last_at < now() - least(interval '15 minutes',
               interval '30 seconds' * 2 ^ least(f.failures - {FREE_ATTEMPTS}, 10))
    returning failures
"""  # noqa: S608 - one constant of ours is written into it
_FORGET = "delete from sign_in_failures where name = %(name)s"
_FORGET_OLD = "delete from sign_in_failures where last_at < now() - interval '7 days'"


class TooManyAttempts(Problem):
    """Too many wrong passwords for one name within a short time."""

    status = 429
    message = "Too many wrong passwords for this name. Wait 15 minutes, then try again."


def count_attempt(name: str) -> None:
    """Counts an attempt before its password is looked at; refuses it while the name has to wait.

    Counting first means that a hundred guesses sent at once are a hundred attempts. The count is
    durable at once, whatever becomes of the caller's transaction.
    """
    with autocommit() as connection:
        counted = connection.execute(_COUNT, {"name": name}).fetchone()
        if counted is None:
            raise TooManyAttempts
        if counted[0] == 1:
            connection.execute(_FORGET_OLD)


def forget_attempts(name: str) -> None:
    """Starts the count of a name anew, after a right password or by an administrator."""
    with autocommit() as connection:
        connection.execute(_FORGET, {"name": name})
