"""The door for operators: the thonso command."""
