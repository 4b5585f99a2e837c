"""Checking and deciding."""
