"""Survey rounds."""
