"""Servers on loopback that answer, and fail, like the platforms of open data portals."""
