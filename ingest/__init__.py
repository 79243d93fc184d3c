"""Public records in, one checked and published database out."""
