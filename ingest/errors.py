"""The errors a person can act on: each names the source, the fact and the repair."""


class WhobuysError(Exception):
    """Nothing was done, and this sentence says why. Commands end with exit code 2."""


class HeldError(WhobuysError):
    """Another run is at work in this home."""


class SourceError(WhobuysError):
    """A source, or one of its files, cannot be used as it is."""


class DeclarationError(WhobuysError):
    """A declaration in `data/sources/` is wrong."""


class CheckError(WhobuysError):
    """A finished build broke one of its own checks and was not published."""
