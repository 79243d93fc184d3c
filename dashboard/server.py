"""The web server: Streamlit with our downloads, our style in the page's head, and its headers.

`whobuys serve` calls `serve`; `streamlit run dashboard/server.py` starts the same. Feeds and
other addresses that are not pages join in `ROUTES`.
"""

import base64
import hashlib
import logging
import re
import tomllib
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import editing, sending, turns, warming, widgets
from dashboard.api import API
from dashboard.brief_pdf import BRIEFS
from dashboard.downloads import DOWNLOADS
from dashboard.downloads_beside import DOWNLOADS_BESIDE
from dashboard.downloads_more import DOWNLOADS_MORE
from dashboard.exports.site import WHOLE
from dashboard.feeds import FEEDS
from dashboard.suggesting import SUGGESTIONS

HERE = Path(__file__).resolve().parent
ASSETS = HERE / "assets"

ROUTES: list[BaseRoute] = [
    Mount("/assets", StaticFiles(directory=ASSETS)),
    *DOWNLOADS,
    *DOWNLOADS_BESIDE,
    *BRIEFS,
    *API,
    *FEEDS,
    *DOWNLOADS_MORE,
    *SUGGESTIONS,
    *WHOLE,
]


def _version(name: str) -> str:
    """Return a mark that changes with the file, so that browsers do not keep an old one."""
    return hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:12]


_HEAD = f"""
    <meta name="color-scheme" content="light dark" />
    <meta name="description" content="Which public agencies buy surveillance technology, from whom, and for how much: from official records, with the evidence." />
    <link rel="alternate" type="application/atom+xml" title="whobuys: what changed" href="./feeds/changes.atom" />
    <link rel="alternate" type="application/feed+json" title="whobuys: what changed" href="./feeds/changes.json" />
    <link rel="stylesheet" href="./assets/whobuys.css?v={_version("whobuys.css")}" />
    <script src="./assets/whobuys.js?v={_version("whobuys.js")}"></script>
    <script src="./assets/pictures.js?v={_version("pictures.js")}" defer></script>
    <script src="./assets/maps.js?v={_version("maps.js")}" defer></script>
"""  # noqa: E501
_NOSCRIPT = """<noscript>
      <p>whobuys draws its pages with JavaScript. The counted purchases are also at
      <a href="./export/purchases.csv">export/purchases.csv</a>, which needs none.</p>
    </noscript>"""


def _dress(page: str) -> str:
    """Return Streamlit's empty page with our title, icon, style and script."""
    page = re.sub(r"<noscript>.*?</noscript>", _NOSCRIPT, page, flags=re.DOTALL)
    page = re.sub(r"\s*<link rel=\"service-desc\"[^>]*>", "", page)
    page = page.replace("<title>Streamlit</title>", "<title>whobuys</title>")
    page = page.replace('href="./favicon.png"', 'href="./assets/icon.svg" type="image/svg+xml"')
    return page.replace("</head>", f"{_HEAD}</head>")


def _policy(page: str) -> str:
    """Return a policy that runs our own scripts and those of this very page, and no others."""
    inline = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
        for code in inline
    )
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {hashes}".rstrip(),
            # Streamlit's own styles are written by its scripts.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Official sites that readers follow links to need not know which page they came from.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Dress:
    """Middleware: security headers on every answer, our head and policy on every page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; answers that are pages are held until they are whole."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # A page is rewritten, so it must come whole and uncompressed.
        if any(k == b"accept" and b"text/html" in v for k, v in scope["headers"]):
            dropped = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
            scope = {**scope, "headers": [h for h in scope["headers"] if h[0] not in dropped]}
        start: Message | None = None
        body = b""

        async def answer(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                is_page = headers.get("content-type", "").startswith("text/html")
                if is_page and "content-encoding" not in headers:
                    start = message
                    return
            if message["type"] == "http.response.body" and start is not None:
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                await self._send_page(start, body, send, is_head=scope["method"] == "HEAD")
                return
            await send(message)

        await self.app(scope, receive, answer)

    @staticmethod
    async def _send_page(start: Message, body: bytes, send: Send, *, is_head: bool) -> None:
        page = _dress(body.decode("utf-8"))
        whole = page.encode("utf-8")
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(whole))
        headers["content-security-policy"] = _policy(page)
        headers["cache-control"] = "no-cache"
        for stale in ("etag", "last-modified"):
            if stale in headers:
                del headers[stale]
        await send(start)
        await send({"type": "http.response.body", "body": b"" if is_head else whole})


def settings() -> dict[str, Any]:
    """Return our Streamlit settings as dotted names, from the file beside this one."""
    with (HERE / ".streamlit" / "config.toml").open("rb") as file:
        return _dotted(tomllib.load(file))


def _dotted(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= _dotted(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _explain(error: Exception) -> bool:
    """Show a fault of ours as a sentence, log it whole, and keep Streamlit's red box away."""
    logging.getLogger("whobuys").error("A page failed", exc_info=error)
    widgets.notice(
        "Something went wrong here, and it is our fault. Your filters are still in the address: "
        "load the page again, and if it happens again, tell whoever runs this site."
    )
    return True


app = st.App(
    HERE / "app.py",
    routes=ROUTES,
    middleware=[Middleware(Dress)],
    on_script_error=_explain,
)


def serve(
    port: int = 8501, address: str = "127.0.0.1", *, open_browser: bool = False, edit: bool = False
) -> None:
    """Serve the dashboard until stopped. Works from any directory.

    `edit` opens the editor's page, on loopback alone: `editing.NotLoopbackError` says so.
    """
    if edit:
        editing.allow(address)
    else:
        editing.forbid()
    turns.share_python()
    sending.at_once()
    warming.begin()
    app.run(
        config=settings()
        | {
            "server.port": port,
            "server.address": address,
            "server.headless": not open_browser,
        }
    )


if __name__ == "__main__":
    serve()
