"""The data dictionary, read from `data/README.md`: the one place where columns are explained."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from dashboard.project import PROJECT

DICTIONARY = PROJECT / "data" / "README.md"

_ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_KEY = re.compile(r"\bKey:((?:\s*`\w+`,?)+)")


@dataclass(frozen=True)
class Described:
    """A table in words: what a row is, its key, and what each column means."""

    words: str
    key: tuple[str, ...]
    columns: Mapping[str, str]


@cache
def dictionary() -> Mapping[str, Described]:
    """Return every table that the dictionary explains, by schema.table."""
    found = {}
    for part in DICTIONARY.read_text("utf-8").split("\n## ")[1:]:
        title, _, rest = part.partition("\n")
        if "." not in title:
            continue
        words = " ".join(rest.partition("\n| column |")[0].split())
        key = _KEY.search(words)
        found[title.strip()] = Described(
            words=words.replace("`", ""),
            key=tuple(re.findall(r"`(\w+)`", key.group(1))) if key else (),
            columns={name: meaning.replace("`", "") for name, _, meaning in _ROW.findall(part)},
        )
    return found
