"""The health check of a container of our own: ends with 0 when /health/ready answers 200 or 204.

It is run every few seconds in every container, therefore by a bare interpreter (-IS) and with a socket alone.
"""

import os
import socket
import sys

_WELL = (b"200", b"204")
_LIMIT_S = 4.0


def is_ready(port: int) -> bool:
    """Ask the process on this port; False when nobody answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), _LIMIT_S) as connection:
            connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(64).split(b" ")[1:2] in ([code] for code in _WELL)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(os.environ["HTTP_PORT"])) else 1)
