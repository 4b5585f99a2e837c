"""What the field sent, and what was read out of it."""
