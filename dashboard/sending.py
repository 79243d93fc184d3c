"""What is sent leaves at once: the system would hold back the many small messages of a page.

A connection waits with a small message until the one before it is acknowledged, and the other side
acknowledges after 40 ms: every page came that much later. asyncio switches the waiting off, but
only for sockets that name their protocol, and Streamlit's does not.
"""

import logging
import socket
from typing import Any

from streamlit.web.server.starlette import starlette_server

_BIND = "_bind_socket"


def at_once() -> None:
    """Let connections to the socket on which Streamlit will listen send without waiting."""
    bind = getattr(starlette_server, _BIND, None)
    if bind is None:
        # Another Streamlit: pages come all the same, 40 ms later.
        logging.getLogger("whobuys").warning("Small messages may wait: Streamlit binds otherwise")
        return

    def bound(*arguments: Any, **named: Any) -> socket.socket:
        listening: socket.socket = bind(*arguments, **named)
        # Connections take it over from the socket that accepts them.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening

    setattr(starlette_server, _BIND, bound)
