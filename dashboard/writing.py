"""How markup reaches a page: piece by piece, or several pieces in one message.

Each element of a page is a message of its own, and a message costs the server as much as a few
rows of a table. Pieces that stand one under the other are sent together.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import streamlit as st

_pieces: ContextVar[list[str] | None] = ContextVar("pieces", default=None)


@dataclass(frozen=True)
class _Markup:
    """Finished markup: `st.html` takes it as it is, and does not dedent it nor open a file."""

    text: str

    def _repr_html_(self) -> str:
        return self.text


def write(markup: str) -> None:
    """Show a piece of markup, or keep it for the end of the block that sends several together."""
    pieces = _pieces.get()
    if pieces is None:
        st.html(_Markup(markup))
    else:
        pieces.append(markup)


@contextmanager
def together() -> Iterator[None]:
    """Send what is written in this block as one element.

    For words, tables and charts of ours alone: a widget drawn inside would stand above them all.
    """
    if _pieces.get() is not None:
        yield
        return
    pieces: list[str] = []
    mark = _pieces.set(pieces)
    try:
        yield
    finally:
        _pieces.reset(mark)
        if pieces:
            inner = "".join(f"<div>{piece}</div>" for piece in pieces)
            write(f'<div class="wb-together">{inner}</div>')
