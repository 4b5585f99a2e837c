"""The door for phones: the OpenRosa protocols."""
