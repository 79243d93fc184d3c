"""The addresses of the API."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dashboard import data, serving
from dashboard.api import questions
from dashboard.api.asking import answer, asked, json_bytes
from dashboard.api.description import described
from dashboard.data import Build
from dashboard.serving import Made, Refused

ROOT = "/api/v1"


def index(build: Build, request: Request) -> Made:
    """Answer with the addresses there are."""
    asked(request, "build")
    here = f"{serving.site(request)}{ROOT}"
    names = ["purchases", "totals", *(name for name in data.LISTS if data.has_list(build, name))]
    return answer(
        build,
        {
            "addresses": {name: f"{here}/{name}" for name in names},
            "description": f"{here}/openapi.json",
        },
    )


def openapi(build: Build, request: Request) -> Made:
    """Answer with the OpenAPI description."""
    asked(request, "build")
    return Made(json_bytes(described(build, serving.site(request) + ROOT)), "application/json")


async def nowhere(request: Request) -> Response:
    """Answer any other address under /api/ with a sentence."""
    return serving.refusal(
        Refused(404, "no_such_address", f"{request.url.path} is no address here. Begin at {ROOT}.")
    )


API: list[BaseRoute] = [
    serving.route(ROOT, index),
    serving.route(f"{ROOT}/openapi.json", openapi),
    serving.route(f"{ROOT}/totals", questions.totals),
    serving.route(f"{ROOT}/purchases", questions.purchases),
    serving.route(f"{ROOT}/purchases/{{id:path}}", questions.purchase),
    *(serving.route(f"{ROOT}/{name}", questions.rows_of(name)) for name in data.LISTS),
    *(
        serving.route(f"{ROOT}/{name}/{{id:path}}", questions.one_of(name))
        for name, this in data.LISTS.items()
        if name != "flags"
    ),
    Route("/api/{rest:path}", nowhere),
]
