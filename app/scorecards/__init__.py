"""What a province makes of figures in a year: points, a commune's own view of them, and ranks."""
