"""Places with dates: provinces, communes, villages, and how they lie in each other."""
