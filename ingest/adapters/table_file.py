"""Tables that stand at an address of their own: each address is a part, downloaded as it is."""

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from ingest.adapters.portal import Dataset, Part
from ingest.http import Client


class TableFile:
    """The way to files: whether one has changed is asked of its server, by ETag and date."""

    def describe(self, client: Client, dataset: Dataset) -> list[Part]:
        """Return a part for each address; its columns are in the file itself."""
        del client
        return files(dataset)


def files(dataset: Dataset) -> list[Part]:
    """Return a part for each address of a data set."""
    return [Part(file_name(a), file_name(a), address=a) for a in dataset.addresses]


def file_name(address: str) -> str:
    """Return the name under which a file is kept: the last part of its address that is a name."""
    parts = urlsplit(address)
    name = PurePosixPath(unquote(parts.path)).name or parts.netloc
    # An address such as /export?year=2024 has its year behind the question mark.
    told_apart = "".join(c if c.isalnum() or c in "-._" else "_" for c in unquote(parts.query))
    stem, dot, suffix = name.rpartition(".")
    if not told_apart:
        return name
    return f"{stem}_{told_apart}.{suffix}" if dot else f"{name}_{told_apart}"
