"""From approved answers to figures."""
