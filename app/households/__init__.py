"""The household registry and the lists phones download."""
