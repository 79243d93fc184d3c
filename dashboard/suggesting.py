"""What the search box offers while a reader writes, as JSON that the page's script asks for."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import data
from dashboard import format as fmt
from dashboard.data import Build, Suggestion
from dashboard.parts import address

# A longer text is no name.
_LONGEST = 200
_KINDS = {
    "agency": "Agency",
    "place": "Place",
    "technology": "Technology",
    "type": "Type of technology",
    "vendor": "Vendor or maker",
    "product": "Product",
    "purchase": "Purchase",
}


def _leads_to(found: Suggestion) -> str:
    match found.kind:
        case "agency" | "place" | "vendor" | "technology" | "purchase":
            return address(found.kind, id=found.id)
        case "type":
            return address("explore", type=found.name)
        case "product":
            return address("explore", q=found.id)
    raise AssertionError(found.kind)


def offered(build: Build, text: str) -> list[dict[str, str]]:
    """Return what to offer: the name, what it is, and the address it leads to."""
    shown = [
        {
            "name": fmt.clip(found.name, 90),
            "what": _KINDS[found.kind] + _counted(found),
            "address": _leads_to(found),
        }
        for found in data.suggest(build, text)
    ]
    return [
        *shown,
        {
            "name": fmt.clip(text, 60),
            "what": "These words, in every record",
            "address": address("explore", q=text),
        },
    ]


def _counted(found: Suggestion) -> str:
    if found.kind in ("product", "purchase"):
        return ""
    return f", {fmt.count(found.purchases, 'purchase')}"


def answer(request: Request) -> Response:
    """Answer with what fits the text of `q`; nothing at all for no text."""
    text = " ".join(request.query_params.get("q", "")[:_LONGEST].split())
    try:
        found = offered(data.current(), text) if text else []
    except (data.NoDatabase, data.OtherShape):
        found = []
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


SUGGESTIONS: list[BaseRoute] = [Route("/suggest", answer)]
