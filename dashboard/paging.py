"""One page of a long list: which rows, which page of how many, and the way to the others."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard import widgets
from dashboard.parts import Link, Muted, address

SIZE = 100


@dataclass(frozen=True)
class Paged:
    """The page of a list that the address asks for; the last where it asks for more."""

    number: int
    in_all: int
    size: int = SIZE

    @property
    def last(self) -> int:
        """Return how many pages there are."""
        return max(1, -(-self.in_all // self.size))

    @property
    def start(self) -> int:
        """Return how many rows come before it."""
        return (self.number - 1) * self.size

    def of(self, what: str) -> str:
        """Return a caption that says which rows these are: `Grants: 1 to 100 of 2,202`."""
        return f"{what}: {self.described}" if self.described else what

    @property
    def described(self) -> str:
        """Return which rows it holds: `1 to 100 of 2,202`; nothing where it holds all."""
        if self.last == 1:
            return ""
        return (
            f"{self.start + 1:,} to {min(self.start + self.size, self.in_all):,} of {self.in_all:,}"
        )


def page(in_all: int, size: int = SIZE) -> Paged:
    """Return the page of so many rows that the address asks for."""
    asked = st.query_params.get("page", "1")
    last = Paged(1, in_all, size).last
    here = min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 10 else 1  # noqa: PLR2004
    return Paged(here, in_all, size)


def first() -> None:
    """Go back to the first page, when what is listed has changed."""
    st.query_params.pop("page", None)


def steps(where: str, here: Paged, anchor: str = "rows") -> None:
    """Show the way to the pages before and after, which keep what the address says."""
    kept = {name: st.query_params.get_all(name) for name in st.query_params if name != "page"}
    links(here, lambda number: address(f"{where}#{anchor}", **kept, page=number))


def links(here: Paged, leads: Callable[[int], str]) -> None:
    """Show links to the pages before and after; `leads` gives the address of a page."""
    if here.last == 1:
        return
    widgets.downloads(
        *([Link("Previous page", leads(here.number - 1))] if here.number > 1 else []),
        *([Link("Next page", leads(here.number + 1))] if here.number < here.last else []),
        Muted(f"Page {here.number:,} of {here.last:,}"),
    )
