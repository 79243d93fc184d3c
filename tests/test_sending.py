"""Small messages of a page are not held back by the system."""

import socket

import pytest
from streamlit.web.server.starlette import starlette_server

from dashboard import sending


def test_a_connection_to_the_dashboard_sends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bind = starlette_server._bind_socket
    monkeypatch.setattr(starlette_server, "_bind_socket", bind)
    sending.at_once()
    with starlette_server._bind_socket("127.0.0.1", 0, 1) as listening:
        listening.settimeout(30)
        with socket.create_connection(listening.getsockname()):
            connection, _ = listening.accept()
            with connection:
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
