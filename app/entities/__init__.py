"""Lists of entities that interviews make and change, and that phones work with offline."""
