"""Ports on 127.0.0.1: which are free, and whether one is taken."""

import random
import socket
from contextlib import closing

HOST = "127.0.0.1"
_PICK = random.SystemRandom()
# Below the range that the kernel hands to outgoing connections, so that none of those takes the port in between.
_FREE_RANGE = range(20_000, 32_000)


def is_taken(port: int, host: str = HOST) -> bool:
    """Whether something listens on the port already."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def free_ports(count: int) -> list[int]:
    """As many different free ports as asked for."""
    found: list[int] = []
    while len(found) < count:
        port = _PICK.choice(_FREE_RANGE)
        if port not in found and not is_taken(port):
            found.append(port)
    return found
