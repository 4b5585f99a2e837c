"""People, phones and machines, and their rights."""
