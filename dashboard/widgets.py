"""What pages are made of, and the only module besides charts that writes HTML.

Every word passes `parts.html`, which escapes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.parts import Code, Link, Muted, Parts, address, attribute, escape, html
from dashboard.picture import Picture, framed
from dashboard.writing import write

# The masthead names what most readers come for; everything else stands under More, by groups.
MENU = (
    ("explore", "Explore"),
    ("renewals", "Renewals"),
    ("changes", "What changed"),
    ("method", "Method"),
)
MORE = (
    ("Money", (
        ("compare", "Compare"),
        ("place", "Places"),
        ("map", "Map"),
        ("resellers", "Resellers"),
        ("grants", "Grants"),
    )),
    ("Use and law", (
        ("use", "Use"),
        ("law", "Law"),
        ("questions", "Questions"),
    )),
    ("The data", (
        ("api", "Take the data"),
        ("check", "Check a file"),
        ("dictionary", "Data dictionary"),
    )),
    ("Trust", (
        ("sources", "Sources"),
        ("issues", "Issues in the data"),
        ("corrections", "Corrections and disputes"),
    )),
)  # fmt: skip
EDITOR = ("For editors", (("decide", "Decide"),))

_LONG_TITLE = 64


@dataclass(frozen=True)
class Head:
    """A column of a table: its head, and whether it holds numbers."""

    text: str
    is_number: bool = False
    role: str = ""
    "On a phone: 'date', 'what', 'amount' make the first lines; anything else stands under them."
    link: str = ""
    sorted: str = ""
    "'ascending' or 'descending' where the table is sorted by this column."


def name() -> None:
    """Show the name of the site, which leads to the overview."""
    write(
        f'<a class="wb-name" href="{escape(address(""))}" '
        'aria-label="whobuys, to the overview">whobuys</a>'
    )


def menu(here: str, *, has_changes: bool, is_editor: bool = False) -> None:
    """Show the main pages, and all others under More."""
    main = "".join(
        _menu_link(page, words, here)
        for page, words in MENU
        if has_changes or page != "changes" or here == "changes"
    )
    groups = "".join(
        f"<div><p>{escape(title)}</p><ul>"
        + "".join(f"<li>{_menu_link(page, words, here)}</li>" for page, words in pages)
        + "</ul></div>"
        for title, pages in (*MORE, *((EDITOR,) if is_editor else ()))
    )
    is_below = ' class="wb-here"' if "aria-current" in groups else ""
    write(
        f'<header class="wb-masthead"><nav aria-label="Main">{main}'
        f'<details class="wb-menu"><summary{is_below}>More</summary>'
        f'<div class="wb-menu-groups">{groups}</div></details></nav></header>'
    )


def _menu_link(page: str, words: str, here: str) -> str:
    current = ' aria-current="page"' if page == here else ""
    return f'<a href="{escape(address(page))}"{current}>{escape(words)}</a>'


def breadcrumb(*steps: Link | str) -> None:
    """Show where the page stands."""
    items = "".join(f"<li>{html(step)}</li>" for step in steps if step)
    write(f'<nav class="wb-crumbs" aria-label="Where this is"><ol>{items}</ol></nav>')


def title(text: str, kicker: str = "") -> None:
    """Show the page's one first-level heading."""
    above = f'<p class="wb-kicker">{escape(kicker)}</p>' if kicker else ""
    # A record's own words can be a paragraph: they are set smaller, so that the answer is seen.
    size = " wb-long" if len(text) > _LONG_TITLE else ""
    write(f'{above}<h1 class="wb-title{size}" tabindex="-1">{escape(text)}</h1>')


def answer(*sentences: Parts) -> None:
    """Show the answer, large, directly under the title."""
    write("".join(f'<p class="wb-answer">{html(parts)}</p>' for parts in sentences if parts))


def coverage(covered: Parts, not_searched: Parts) -> None:
    """Show what was searched and what was not, directly under the answer."""
    write(
        '<div class="wb-coverage"><p><span class="wb-label">Covered</span> '
        f'{html(covered)}</p><p><span class="wb-label">Not searched</span> '
        f"{html(not_searched)}</p></div>"
    )


def small_print(parts: Parts) -> None:
    """Show basis, source and date in one small line."""
    write(f'<p class="wb-small-print">{html(parts)}</p>')


def heading(text: str, under: Parts = "", anchor: str = "") -> None:
    """Show a second-level heading with a rule above it."""
    below = f'<p class="wb-under">{html(under)}</p>' if under else ""
    mark = f' id="{escape(anchor)}"' if anchor else ""
    write(f'<h2 class="wb-heading"{mark}>{escape(text)}</h2>{below}')


def subheading(text: str, anchor: str = "") -> None:
    """Show a third-level heading."""
    mark = f' id="{escape(anchor)}"' if anchor else ""
    write(f'<h3 class="wb-subheading"{mark}>{escape(text)}</h3>')


def text(*paragraphs: Parts) -> None:
    """Show running text."""
    write("".join(f'<p class="wb-text">{html(parts)}</p>' for parts in paragraphs if parts))


def notice(*paragraphs: Parts) -> None:
    """Show what needs a look: something withdrawn, stale, not found."""
    inner = "".join(f"<p>{html(parts)}</p>" for parts in paragraphs if parts)
    write(f'<div class="wb-notice" role="note">{inner}</div>')


def bullets(items: Sequence[Parts]) -> None:
    """Show a plain list."""
    write('<ul class="wb-list">' + "".join(f"<li>{html(i)}</li>" for i in items) + "</ul>")


def chart(drawing: str, picture: Picture) -> None:
    """Show a chart, with buttons that save it as a picture and its figures as a file."""
    write(framed(drawing, picture))


def events(items: Sequence[Parts]) -> None:
    """Show the numbered events of a time line in words."""
    listed = "".join(f"<li>{html(event)}</li>" for event in items)
    write(f'<ol class="wb-events">{listed}</ol>')


def legend(keys: Sequence[tuple[int | None, str]]) -> str:
    """Return what the shades of a map mean, the palest first; None is blank."""
    items = "".join(
        f'<li><i class="wb-shade-{"none" if shade is None else shade}"></i>{escape(words)}</li>'
        for shade, words in keys
    )
    return f'<ul class="wb-legend">{items}</ul>'


def facts(pairs: Sequence[tuple[str, Parts]]) -> None:
    """Show names and values, one a line."""
    rows = "".join(f"<div><dt>{escape(k)}</dt><dd>{html(v)}</dd></div>" for k, v in pairs)
    write(f'<dl class="wb-facts">{rows}</dl>')


def terms(items: Sequence[tuple[str, str, Parts]]) -> None:
    """Show words with their meaning, each under an anchor that never changes."""
    rows = "".join(
        f'<div id="{escape(anchor)}"><dt>{html(Link(word, f"method#{anchor}"))}</dt>'
        f"<dd>{html(meaning)}</dd></div>"
        for anchor, word, meaning in items
    )
    write(f'<dl class="wb-facts">{rows}</dl>')


def figures(items: Sequence[tuple[str, Parts, Parts]]) -> None:
    """Show a few large figures in a row: what it is, the figure, a note."""
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{html(figure)}"
        f'<span class="wb-note">{html(note)}</span></dd></div>'
        for name, figure, note in items
    )
    write(f'<dl class="wb-figures">{cells}</dl>')


def side_by_side(*blocks: str) -> None:
    """Show charts or lists next to each other, one under the other on a phone."""
    write('<div class="wb-side">' + "".join(f"<div>{b}</div>" for b in blocks if b) + "</div>")


def table_html(
    caption: str, heads: Sequence[Head], rows: Sequence[Sequence[Parts]], anchor: str = ""
) -> str:
    """Return a table with a caption and column heads, every word escaped."""
    mark = f' id="{escape(anchor)}"' if anchor else ""
    top = "".join(_head(head) for head in heads)
    # What every cell of a column begins with is written once.
    opens = [
        f'<td role="cell" class="{_classes(head)}" data-head="{escape(head.text)}">'
        for head in heads
    ]
    body = "".join(
        '<tr role="row">'
        + "".join([f"{start}{html(cell)}</td>" for start, cell in zip(opens, row, strict=True)])
        + "</tr>"
        for row in rows
    )
    # Roles are repeated because a phone lays rows out as blocks, and browsers then forget them.
    return (
        f'<table class="wb-table" role="table"{mark}><caption>{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{top}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def _head(head: Head) -> str:
    sort = f' aria-sort="{head.sorted}"' if head.sorted else ""
    text = html(Link(head.text, head.link)) if head.link else escape(head.text)
    return f'<th role="columnheader" scope="col" class="{_classes(head)}"{sort}>{text}</th>'


def _classes(head: Head) -> str:
    return f"wb-{escape(head.role or 'rest')}" + (" wb-number" if head.is_number else "")


def table(
    caption: str, heads: Sequence[Head], rows: Sequence[Sequence[Parts]], anchor: str = ""
) -> None:
    """Show a table, to which an address can lead by its anchor."""
    write(table_html(caption, heads, rows, anchor))


def as_table(caption: str, heads: Sequence[Head], rows: Sequence[Sequence[Parts]]) -> None:
    """Show a chart's table, folded away under the chart."""
    write(
        '<details class="wb-details"><summary>The same as a table</summary>'
        f"{table_html(caption, heads, rows)}</details>"
    )


def folded(
    summary: str, caption: str, heads: Sequence[Head], rows: Sequence[Sequence[Parts]]
) -> None:
    """Show a long table folded away under its own words."""
    write(
        f'<details class="wb-details wb-prints"><summary>{escape(summary)}</summary>'
        f"{table_html(caption, heads, rows)}</details>"
    )


def link_lists(label: str, lists: Sequence[tuple[str, Sequence[tuple[Link, str, bool]]]]) -> None:
    """Show lists of links with counts, side by side: what each filter would show."""
    chosen = ' class="wb-on"'
    blocks = "".join(
        f"<div><h2>{escape(name)}</h2><ul>"
        + "".join(
            f"<li{chosen if is_on else ''}>{html(link)}<span>{escape(n)}</span></li>"
            for link, n, is_on in links
        )
        + "</ul></div>"
        for name, links in lists
        if links
    )
    write(f'<nav class="wb-facet-lists" aria-label="{escape(label)}">{blocks}</nav>')


def copyable(label: str, text: str) -> None:
    """Show a ready-made text with a button that copies it."""
    write(_copy(label, text))


def copyable_folded(summary: str, under: str, label: str, text: str) -> None:
    """Show a ready-made text folded away under its own words."""
    above = f'<p class="wb-under">{escape(under)}</p>' if under else ""
    write(
        f'<details class="wb-details"><summary>{escape(summary)}</summary>{above}'
        f"{_copy(label, text)}</details>"
    )


def _copy(label: str, text: str) -> str:
    return (
        f'<div class="wb-copy"><pre tabindex="0">{escape(text)}</pre>'
        f'<button type="button" data-copy="{attribute(text)}">{escape(label)}</button></div>'
    )


def downloads(*links: Parts) -> None:
    """Show download links in a row."""
    write(
        '<p class="wb-downloads">'
        + "".join(f"<span>{html(link)}</span>" for link in links)
        + "</p>"
    )


def footer(parts: Parts, build_id: str) -> None:
    """Show what every page ends with: where it comes from and how sure it is."""
    write(
        f'<footer class="wb-footer"><p>{html(parts)}</p>'
        f"<p>{html([Muted('Build '), Code(build_id)])}</p></footer>"
    )
