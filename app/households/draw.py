"""PURE. Which adult of a household is interviewed: the same one on every phone and here."""

import hashlib

SEED_STEPS = 1_000_000  # six digits


def pick_seed(salt: str, household_code: str) -> str:
    """A household's draw in a round: a decimal from 0 up to 1, the same on every phone."""
    digest = hashlib.sha256(f"{salt}:{household_code}".encode()).digest()
    return f"0.{int.from_bytes(digest[:8]) * SEED_STEPS >> 64:06}"


def pick_number(seed: str, n15: int) -> int:
    """Which of n15 adults (from 1) is interviewed; in whole numbers, so without rounding."""
    return int(seed.partition(".")[2]) * n15 // SEED_STEPS + 1
