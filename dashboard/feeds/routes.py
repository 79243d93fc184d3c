"""The addresses of the feeds: `feeds/changes.atom?agency=ID`, and links to them for pages."""

from starlette.requests import Request
from starlette.routing import BaseRoute

from dashboard import data, serving
from dashboard.data import Build, Watched
from dashboard.feeds import entries, written
from dashboard.parts import Link, address
from dashboard.serving import Made, Refused

KINDS = ("agency", "place", "vendor", "technology")


def _watched(build: Build, request: Request) -> tuple[Watched, str]:
    query = request.query_params
    unknown = set(query) - {*KINDS, "build"}
    named = [(kind, query[kind]) for kind in KINDS if query.get(kind)]
    if unknown or len(named) > 1:
        raise Refused(
            400,
            "unknown_parameter",
            f"A feed is of everything, or of one of: {', '.join(KINDS)}, by its id.",
        )
    watched = Watched(*named[0]) if named else Watched()
    name = data.watched_name(build, watched)
    if name is None:
        raise Refused(404, "not_found", f"There is no {watched.kind} {watched.id!r} in this build.")
    return watched, name


def _here(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{serving.site(request)}{request.url.path}{query}"


def changes_atom(build: Build, request: Request) -> Made:
    """Answer with changes as Atom."""
    watched, _ = _watched(build, request)
    feed = entries.feed(build, watched, serving.site(request))
    return Made(written.atom(feed, _here(request)), written.ATOM)


def changes_json(build: Build, request: Request) -> Made:
    """Answer with changes as JSON Feed."""
    watched, _ = _watched(build, request)
    feed = entries.feed(build, watched, serving.site(request))
    return Made(written.json_feed(feed, _here(request)), written.JSON_FEED)


def ends_ics(build: Build, request: Request) -> Made:
    """Answer with contract ends and last days to act as a calendar."""
    watched, name = _watched(build, request)
    rows = data.ends_ahead(build, watched)
    as_of = data.about(build)["as_of"]
    return Made(written.calendar(rows, name, as_of, serving.site(request)), written.CALENDAR)


def links(kind: str = "", key: object = "", name: str = "") -> list[Link]:
    """Return links to the three feeds of one thing, or of everything, for a page to show."""
    whose = {kind: key} if kind else {}
    of_whom = f", {name}" if name else ""
    return [
        Link("Follow changes (Atom)", address("feeds/changes.atom", **whose),
             label=f"Changes as an Atom feed{of_whom}"),
        Link("JSON Feed", address("feeds/changes.json", **whose),
             label=f"Changes as a JSON Feed{of_whom}"),
        Link("Calendar of contract ends", address("feeds/ends.ics", **whose),
             label=f"Contract ends and last days to act as a calendar{of_whom}"),
    ]  # fmt: skip


FEEDS: list[BaseRoute] = [
    serving.route("/feeds/changes.atom", changes_atom),
    serving.route("/feeds/changes.json", changes_json),
    serving.route("/feeds/ends.ics", ends_ics),
]
