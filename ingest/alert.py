"""Telling someone that a refresh went wrong: a web address that takes JSON, or e-mail.

Settings stand in the environment, so that no password is ever in a file of this project:
`WHOBUYS_WEBHOOK` (an address), or `WHOBUYS_SMTP` (`host:port`), `WHOBUYS_SMTP_USER` and
`WHOBUYS_SMTP_PASSWORD`, `WHOBUYS_SMTP_TLS` (`starttls`, the default, `ssl` or `none`),
`WHOBUYS_MAIL_FROM` and `WHOBUYS_MAIL_TO` (addresses with commas between them).
"""

import os
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from email.message import EmailMessage

import httpx

from ingest.errors import WhobuysError
from ingest.http import user_agent

_SECONDS = 20
_TLS = ("starttls", "ssl", "none")
_MAIL_PORT = 587


def alert(subject: str, text: str, facts: dict[str, object]) -> list[str]:
    """Tell whoever the environment names; return what could not be told, and why.

    The webhook gets `{"text": ..., ...facts}`: the key `text` is what chat services show.
    """
    return [*_webhook(subject, text, facts), *_mail(subject, text)]


def _webhook(subject: str, text: str, facts: dict[str, object]) -> Iterator[str]:
    address = os.environ.get("WHOBUYS_WEBHOOK")
    if not address:
        return
    try:
        answer = httpx.post(
            address,
            json={"text": f"{subject}\n{text}", **facts},
            headers={"User-Agent": user_agent()},
            timeout=_SECONDS,
        )
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        # Never the address itself: whoever has it can write there.
        yield f"The webhook answered {error.response.status_code}: nobody was told."
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield f"The webhook could not be reached ({type(error).__name__}): nobody was told."


def _mail(subject: str, text: str) -> Iterator[str]:
    settings = os.environ
    if not settings.get("WHOBUYS_SMTP"):
        return
    try:
        _send(settings, subject, text)
    except (OSError, smtplib.SMTPException, WhobuysError) as error:
        yield f"The e-mail could not be sent ({error}): nobody was told."


def _send(settings: Mapping[str, str], subject: str, text: str) -> None:
    tls = settings.get("WHOBUYS_SMTP_TLS", "starttls")
    lacking = [name for name in ("WHOBUYS_MAIL_FROM", "WHOBUYS_MAIL_TO") if not settings.get(name)]
    if lacking or tls not in _TLS:
        raise WhobuysError(
            f"{' and '.join(lacking)} must be set" if lacking
            else f"WHOBUYS_SMTP_TLS is one of {', '.join(_TLS)}"
        )  # fmt: skip
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = settings["WHOBUYS_MAIL_FROM"]
    message["To"] = settings["WHOBUYS_MAIL_TO"]
    message.set_content(text)
    host, _, port = settings["WHOBUYS_SMTP"].partition(":")
    if not (port or str(_MAIL_PORT)).isdigit():
        raise WhobuysError("WHOBUYS_SMTP is `host:port`")
    with _connected(host, int(port or _MAIL_PORT), tls) as server:
        if settings.get("WHOBUYS_SMTP_USER"):
            server.login(settings["WHOBUYS_SMTP_USER"], settings.get("WHOBUYS_SMTP_PASSWORD", ""))
        server.send_message(message)


def _connected(host: str, port: int, tls: str) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if tls == "ssl":
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(host, port, timeout=_SECONDS)
    if tls == "starttls":
        server.starttls(context=context)
    return server
