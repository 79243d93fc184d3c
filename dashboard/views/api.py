"""Take the data: downloads, feeds and the JSON API, said on one page."""

from dashboard import blocks, data, feeds, filters, serving, whole_export, widgets
from dashboard import format as fmt
from dashboard.data import Build
from dashboard.parts import Code, Link, Parts, Strong, address
from dashboard.widgets import Head

_EXAMPLES = (
    ("api/v1/totals", "a sum for each kind of record and basis"),
    ("api/v1/totals?by=technology", "the same, by technology"),
    ("api/v1/purchases?technology=face-recognition&sort=Largest+amount", "purchases, by amount"),
    ("api/v1/vendors?q=clearview", "vendors by their names"),
    ("api/v1/changes", "what changed, the newest first"),
)


def show(build: Build) -> None:
    """Show the ways to take the data."""
    widgets.title("Take the data")
    widgets.answer(
        "Everything on these pages can be downloaded, followed and read by programs. Nothing needs "
        "an account, and the figures are the same."
    )
    widgets.small_print(
        f"Build {build.build_id}, as of {fmt.day(data.about(build)['as_of'])}. What we add is "
        "Apache-2.0; records keep the terms of their publishers, which the Sources page names."
    )
    widgets.heading("Downloads", anchor="downloads")
    widgets.bullets(
        [
            ["Every counted purchase: ",
             Link("CSV", address("export/purchases.csv"), is_download=True), ", ",
             Link("XLSX", address("export/purchases.xlsx"), is_download=True), ", ",
                Link("Parquet", address("export/purchases.parquet"), is_download=True)],
            ["Any selection of them: set filters on ", Link("Explore", address("explore")),
             ", then download what is seen."],
        ]
    )  # fmt: skip
    whole_export.show(build)
    widgets.heading("Feeds", anchor="feeds")
    what = (
        "What changed as Atom and JSON Feed, and a calendar of contract ends, with the last day "
        "to act where a document says what notice is due. Each agency, place, vendor and "
        "technology has its own, linked at the foot of its page."
    )
    widgets.text(what)
    widgets.downloads(*feeds.links())
    _programs(build)
    blocks.footer(build)


def _programs(build: Build) -> None:
    widgets.heading("For programs: a JSON API", anchor="api")
    rules: list[Parts] = [
        ["It is read only and begins at ", Link("api/v1", address("api/v1")),
         "; every column is described in ", Link("OpenAPI", address("api/v1/openapi.json")), "."],
        ["Filters are those of Explore's address, in the words of the screen or as ids: ",
         Code(", ".join(each.name for each in filters.FILTERS)), "; ",
         Code("q, scope, leave_out, staffing"), " as well."],
        ["Money is text, so that no program rounds it. ",
         Strong("Amounts of different basis or record kind are never to be added.")],
        ["An answer has at most 1,000 rows; ", Code("next"), (" is the address of those that "
         "follow, of the same build, until two newer ones have replaced it.")],
        [(f"{serving.PER_MINUTE} requests a minute from one address, unless this site says "
         "otherwise; more are answered with 429 and "), Code("Retry-After"), ". Send ",
         Code("If-None-Match"), " and an unchanged answer is free of its bytes."],
        [("What is wrong is said in a sentence: an unknown name or value is refused, never "
         "ignored.")],
    ]  # fmt: skip
    widgets.bullets(rules)
    widgets.table(
        "To try",
        [Head("Address", role="what"), Head("What it answers")],
        [[Link(path, path), words] for path, words in _EXAMPLES],
    )
    lists = [name for name in data.LISTS if data.has_list(build, name)]
    widgets.table(
        "Lists, and the columns by which they are filtered",
        [Head("List", role="what"), Head("Filters")],
        [
            [
                Link(f"api/v1/{name}", f"api/v1/{name}"),
                Code(", ".join([*(["q"] if data.LISTS[name].words else []),
                                *data.LISTS[name].filters])),
            ]
            for name in lists
        ],
    )  # fmt: skip
