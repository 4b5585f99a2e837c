"""Samples: which households of the frame a round visits, and how likely each was to be drawn."""
