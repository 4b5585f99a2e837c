"""Drafts of forms: tried out on phones at an address of their own, apart from all real data."""
