"""The parts of a sentence or a cell: plain text, emphasis, links, the record's own words.

Sentences are built of parts, not of markup, so that a vendor called `**x** <script>` can be
said anywhere: only `html` turns parts into markup, and it escapes every word.
"""

import html as _html
import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote_plus


@dataclass(frozen=True)
class Strong:
    """The figure or name that a sentence is about."""

    text: str


@dataclass(frozen=True)
class Muted:
    """Words beside the main ones."""

    text: str


@dataclass(frozen=True)
class Quoted:
    """The record's own words; nothing else stands in quotation marks."""

    text: str


@dataclass(frozen=True)
class Clipped:
    """Long text in a table: cut to two lines, whole on hover and focus."""

    part: "Part"
    whole: str = ""


@dataclass(frozen=True)
class Code:
    """A checksum, an award number: to be copied, not read."""

    text: str


@dataclass(frozen=True)
class Link:
    """A link to another page of ours, or to the web when `is_outside`."""

    text: str
    address: str
    is_outside: bool = False
    is_download: bool = False
    label: str = ""
    "What a screen reader says, where the text alone would not do."


@dataclass(frozen=True)
class Break:
    """The next part begins a line of its own."""


Part = str | Strong | Muted | Quoted | Clipped | Code | Link | Break
Parts = Part | Iterable[Part]


# Unicode's embeddings, overrides and isolates.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Most words hold nothing to escape, and a page has thousands of them.
_NEEDS_ESCAPING = re.compile("[&<>\"'\u202a-\u202e\u2066-\u2069]")


def escape(text: object) -> str:
    """Return text that HTML shows as it is.

    Marks that turn the direction of what follows are left out: they are no letters, and would
    turn our figures beside a name too. Hebrew and Arabic need none of them.
    """
    words = str(text)
    if not _NEEDS_ESCAPING.search(words):
        return words
    return _html.escape(words.translate(_TURNING), quote=True)


# What the browser's sanitizer takes for the end of a tag or a comment, and then drops the whole
# attribute: a tooltip, a text to copy, a chart's figures.
_ENDS = re.compile(r"<(?=/)|(?<=[-!\]])(?=>)")
_JOINER = "\u2060"


def attribute(text: object) -> str:
    """Return text for an attribute that shows or copies it as it is, whatever it holds.

    A joiner, which nobody sees, stands inside of what would have the attribute dropped; scripts
    that copy or save the text take it out again.
    """
    return escape(_ENDS.sub(lambda found: found.group() + _JOINER, str(text)))


# The switches of the page that is being drawn, which its links take along.
_carried: ContextVar[Mapping[str, str]] = ContextVar("carried", default={})  # noqa: B039
# Files and feeds say what they hold in their own address.
_NOT_CARRYING = ("export/", "feeds/", "api/", "brief/", "assets/")


def carry(switches: Mapping[str, str]) -> None:
    """Let the links drawn from here on take these switches along to other pages."""
    _carried.set(dict(switches))


def carried() -> Mapping[str, str]:
    """Return the switches that links take along."""
    return _carried.get()


def address(page: str, /, **parameters: object) -> str:
    """Return the address of one of our pages, relative, so that it works under any base path."""
    page, mark, anchor = page.partition("#")
    if not page.startswith(_NOT_CARRYING):
        parameters = {**parameters, **{k: v for k, v in carried().items() if k not in parameters}}
    said = query(parameters)
    return f"{page or './'}{'?' if said else ''}{said}{mark}{anchor}"


def query(parameters: Mapping[str, object]) -> str:
    """Return parameters as the query of an address; a list names each value, empty ones nothing."""
    return "&".join(
        f"{_in_address(name)}={_in_address(str(value))}"
        for name, values in parameters.items()
        if values not in ("", None, [], ())
        for value in (values if isinstance(values, list | tuple) else (values,))
    )


# The same few thousand ids and words stand in nearly every address.
_in_address = lru_cache(maxsize=8192)(quote_plus)


def html(parts: Parts) -> str:
    """Return parts as HTML, every word escaped."""
    if isinstance(parts, Part):
        return _one(parts)
    return "".join(_one(part) for part in parts)


def plain(parts: Parts) -> str:
    """Return parts as the words alone, for a text that is copied."""
    if isinstance(parts, Part):
        match parts:
            case str():
                return parts
            case Clipped(inner, whole):
                return whole or plain(inner)
            case Quoted(text):
                return f"\u201c{text}\u201d"
            case Break():
                return " "
            case _:
                return parts.text
    return "".join(plain(part) for part in parts)


def _one(part: Part) -> str:  # noqa: PLR0911 - one line for each kind of part
    match part:
        case str():
            return escape(part)
        case Strong(text):
            return f"<strong>{escape(text)}</strong>"
        case Muted(text):
            return f'<span class="wb-muted">{escape(text)}</span>'
        case Quoted(text):
            return f"<q>{escape(text)}</q>"
        case Clipped(inner, whole):
            return f'<span class="wb-clip" title="{attribute(whole)}">{_one(inner)}</span>'
        case Code(text):
            return f"<code>{escape(text)}</code>"
        case Link():
            return _link(part)
        case Break():
            return "<br>"


# A page of ours by its bare name, as sentences have it.
_BARE = re.compile(r"(?:\./|[a-z]+)(?:#\S*)?")


def _link(link: Link) -> str:
    extra = ' class="wb-out" rel="noopener noreferrer"' if link.is_outside else ""
    if link.is_outside and not link.address.startswith(("https://", "http://")):
        return escape(link.text)  # an address of another kind, from a record, is only text
    if link.is_download:
        extra += " download"
    if link.label:
        extra += f' aria-label="{attribute(link.label)}"'
    leads = link.address
    if not link.is_outside and _BARE.fullmatch(leads):
        leads = address(leads.removeprefix("./"))
    return f'<a href="{escape(leads)}"{extra}>{escape(link.text)}</a>'
