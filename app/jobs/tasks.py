"""What workers run: thin, idempotent, and safe to run twice at once."""

from app import pipeline


def settle() -> None:
    """Processes everything that is owed, interviews first, then figures."""
    pipeline.settle()
