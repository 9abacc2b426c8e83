"""Where webhooks may go: to this machine's own loopback address, or to a host somebody has allowed
by name; never to a server of ours or of Dagster's.

A name is looked up once: who answers for it later cannot send what comes somewhere else.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from spendsense_pipeline.plaid.errors import INVALID_FIELD, PlaidError

LOOPBACK_NAMES: Final = ("localhost",)
DAGSTER_PORT: Final = 3000
DASHBOARD_PORT: Final = 8081
"""Where they are unless somebody says otherwise (`dagster dev`, `spendsense ui`)."""
_OF_OURS: Final = re.compile(
    r"(dagster.*|spendsense|spendsense_pipeline(\.\w+)*)(\.exe)?", re.IGNORECASE
)
"""Names of programs and modules that processes of ours and Dagster's are started by."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LISTENING: Final = "0A"


class TargetError(Exception):
    """A webhook may not go there; says why."""


class UnknownHostError(Exception):
    """Nobody knows where that is; somebody may, later."""


@dataclass(frozen=True)
class Target:
    """Where a webhook goes.

    Attributes:
        scheme: `http` or `https`.
        host: as the URL names it.
        addresses: the IP addresses that are connected to, the next where nobody listens at one.
        port: of it.
    """

    scheme: str
    host: str
    addresses: tuple[str, ...]
    port: int


def require_url(url: str) -> str:
    """A URL that a webhook can have at all.

    Raises:
        PlaidError: it is none.
    """
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        raise PlaidError(INVALID_FIELD, "webhook must be a URL") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not port_is_one:
        raise PlaidError(
            INVALID_FIELD, "webhook must be a URL that begins with http:// or https://"
        )
    if parts.username is not None or any(ord(letter) <= ord(" ") for letter in url):
        raise PlaidError(INVALID_FIELD, "webhook must be a URL without a user name or blanks")
    return url


class Targets:
    """Finds targets; remembers what names stand for."""

    def __init__(self, allowed_hosts: Sequence[str], *, own_port: int) -> None:
        """Take the hosts that are allowed by name, and where we listen ourselves."""
        self._allowed = frozenset(host.lower().strip("[]") for host in allowed_hosts)
        self._own_port = own_port
        self._addresses: dict[str, tuple[str, ...]] = {}

    def find(self, url: str) -> Target:
        """Where a URL leads.

        Args:
            url: one that `require_url` took.

        Raises:
            TargetError: nothing may be sent there.
            UnknownHostError: nobody knows where it is.
        """
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        if host not in self._allowed and not _is_loopback(host):
            message = (
                f"{host} is not this machine: start with --webhooks-to {host} to have webhooks"
                " sent there"
            )
            raise TargetError(message)
        addresses = self._addresses_of(host)
        for address in addresses:
            if host not in self._allowed and not ipaddress.ip_address(address).is_loopback:
                message = f"{host} leads to {address}, which is not this machine"
                raise TargetError(message)
        if any(map(_is_of_this_machine, addresses)) and self._is_of_ours(port):
            message = f"port {port} is one of our own or of Dagster's: listen on another"
            raise TargetError(message)
        return Target(parts.scheme, host, addresses, port)

    def _addresses_of(self, host: str) -> tuple[str, ...]:
        if host not in self._addresses:
            try:
                found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError):
                message = f"nobody knows where {host} is"
                raise UnknownHostError(message) from None
            # IPv4 first: most apps listen there.
            found.sort(key=lambda each: each[0] != socket.AF_INET)
            self._addresses[host] = tuple(dict.fromkeys(str(each[4][0]) for each in found))
        return self._addresses[host]

    def _is_of_ours(self, port: int) -> bool:
        return port in (self._own_port, DAGSTER_PORT, DASHBOARD_PORT) or any(
            _OF_OURS.fullmatch(Path(word).name)
            for command in _commands_listening(port)
            for word in command
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK_NAMES


def _is_of_this_machine(address: str) -> bool:
    found = ipaddress.ip_address(address)
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback or found.is_unspecified:
        return True
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _commands_listening(port: int) -> Iterator[list[str]]:
    """Words that processes listening on a port were started by, where the system tells (Linux)."""
    sockets = {f"socket:[{inode}]" for inode in _inodes_listening(port)}
    if not sockets:
        return
    for process in Path("/proc").glob("[0-9]*"):
        try:
            opened = {str(each.readlink()) for each in (process / "fd").iterdir()}
            if opened & sockets:
                yield (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue  # Ended, or somebody else's.


def _inodes_listening(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[3] == _LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                yield columns[9]
