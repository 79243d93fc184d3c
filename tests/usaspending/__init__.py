"""A USAspending of our own on loopback: its routes, limits and quirks, and its failures."""
