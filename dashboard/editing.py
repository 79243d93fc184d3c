"""Whether this server lets an editor decide: only when it was started so, and only at home."""

import ipaddress

import streamlit as st

_state = {"on": False}


class NotLoopbackError(ValueError):
    """Deciding was asked for on an address that others can reach."""


def is_loopback(address: str) -> bool:
    """Return whether an address can be reached from this computer alone."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def allow(address: str) -> None:
    """Let an editor decide on this server. Raises NotLoopbackError where others could too."""
    if not is_loopback(address):
        raise NotLoopbackError(
            f"Deciding is only for this computer, and {address} can be reached from others. "
            "Leave out --edit, or serve on 127.0.0.1."
        )
    _state["on"] = True


def forbid() -> None:
    """Serve pages to read, and nothing that writes."""
    _state["on"] = False


def is_on() -> bool:
    """Return whether the person at the screen may decide."""
    if not _state["on"] or not is_loopback(str(st.get_option("server.address") or "")):
        return False
    # A proxy in front would let others in by the back door.
    forwarded = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip")
    return not any(st.context.headers.get(name) for name in forwarded)
