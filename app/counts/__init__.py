"""What operators and departments count: kept beside the survey's figures, never among them."""
