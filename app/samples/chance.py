"""PURE. Random numbers that are the same on every machine: SHA-256 over a seed and a name.

No generator, no state and no order of calls: a unit's number depends on the seed and its own name
alone ("permanent random numbers"; Ohlsson, Coordination of samples using permanent random numbers,
in: Business Survey Methods, Wiley 1995). So a frame that is read in another order gives the same
sample.
"""

import hashlib

BITS = 256


def number(seed: str, *name: str) -> int:
    """A whole number from 0 below 2^256, each as likely as the others."""
    text = "\x1f".join((seed, *name))  # a sign that no name has
    return int.from_bytes(hashlib.sha256(text.encode()).digest())


def below(limit: int, seed: str, *name: str) -> int:
    """A whole number from 0 below the limit; unequal by less than limit / 2^256."""
    return number(seed, *name) * limit >> BITS


def shuffled(codes: list[str], seed: str, *name: str) -> list[str]:
    """The codes in random order: any n first of them are a simple random sample."""
    return sorted(codes, key=lambda code: (number(seed, *name, code), code))
