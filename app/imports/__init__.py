"""Interviews that come by hand: Collect's `instances` folder from a stick, or a zip of it."""
