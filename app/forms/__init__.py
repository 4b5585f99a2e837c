"""Survey forms and their versions."""
