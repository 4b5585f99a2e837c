"""Survey programmes."""
