"""Who visits which household of a round, and what came of it."""
