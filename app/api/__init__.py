"""The door for machines: REST and JSON."""
