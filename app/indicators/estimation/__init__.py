"""Survey statistics in plain Python: estimates of samples, standard errors and intervals."""
