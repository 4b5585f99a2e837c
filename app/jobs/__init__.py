"""The door of the queue: what workers run."""
