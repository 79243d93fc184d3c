"""Where what ships with the code stands, in a checkout and in an installed package alike."""

from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]
_INSTALLED = _HERE / "whobuys_project"
# LICENSE, and in `data` the dictionary and the reference data; a wheel brings its own copy.
PROJECT = _INSTALLED if _INSTALLED.is_dir() else _HERE
# An installed package is no place to write in. `ingest/home.py` says the same.
DEFAULT_HOME = Path.home() / "whobuys" if _INSTALLED.is_dir() else _HERE / "data"
