"""Where a server listens: on the loopback address, or elsewhere for those who hold a token; and
what is said of a port that is taken.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.serving.guard import OWN_NAMES

_HIGHEST_PORT = 65_535


@dataclass(frozen=True)
class Address:
    """A host and port somebody asked for.

    Attributes:
        host: a name or an IP address.
        port: 0 takes any that is free.
    """

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names to answer to: our own on the loopback address; elsewhere any, since there a
        token that no foreign page has is asked for besides.
        """
        return OWN_NAMES if self.is_loopback else ("*",)


def require_token(address: Address, token: str, *, variable: str, what: str) -> None:
    """Refuse to be reached by other machines without a token.

    Args:
        address: where to listen.
        token: as set; empty for none.
        variable: what it is set by.
        what: the server, as in "the dashboard".

    Raises:
        SpendSenseError: when others could reach it and no token is set.
    """
    if not (address.is_loopback or token):
        raise SpendSenseError(
            problem=(
                f"--host {address.host} would let other machines reach {what}, and it asks nobody "
                "who they are"
            ),
            remedy=f"set {variable} to a secret they must know, or listen on 127.0.0.1",
        )


def listen(address: Address) -> socket.socket:
    """A socket that listens there.

    Args:
        address: where.

    Raises:
        SpendSenseError: when the port is no port or taken, or the host is not this machine's.
    """
    if not 0 <= address.port <= _HIGHEST_PORT:
        raise SpendSenseError(
            problem=f"--port must be between 0 and {_HIGHEST_PORT}; it is {address.port}",
            remedy="choose one of those; 0 takes any that is free",
        )
    host = address.host.strip("[]")
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _not_ours(address, error) from None
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(where)
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise SpendSenseError(
                problem=f"port {address.port} of {address.host} is in use",
                remedy="stop what uses it, or give another with --port (0 takes any that is free)",
            ) from None
        raise _not_ours(address, error) from None
    return listening


def _not_ours(address: Address, error: OSError) -> SpendSenseError:
    return SpendSenseError(
        problem=(
            f"cannot listen on {address.host}, port {address.port}"
            f" ({error.strerror or error.__class__.__name__})"
        ),
        remedy="give an address of this machine, such as 127.0.0.1, and a port above 1023",
    )
