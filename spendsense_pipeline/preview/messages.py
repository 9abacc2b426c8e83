"""What a server and the processes that make previews say to each other: whole records over a socket
that belongs to one preview. Closing it is how either side says that it is gone."""

from __future__ import annotations

import asyncio
import datetime as dt
import pickle
import socket
import struct
from dataclasses import dataclass
from typing import Any, Final

_LENGTH: Final = struct.Struct("!Q")


@dataclass(frozen=True)
class Request:
    """What a page asks for.

    Attributes:
        asked: the configuration as JSON text, as asked.
        as_of: last day of the data, unless the configuration gives one.
        history_start: first day, where a dataset is extended; None: as the configuration says.
    """

    asked: str
    as_of: dt.date
    history_start: dt.date | None


@dataclass(frozen=True)
class Started:
    """The process that makes the preview is there."""

    pid: int


def send(connection: socket.socket, message: Any) -> None:
    """Send a record, waiting until it is gone."""
    connection.sendall(_framed(message))


def receive(connection: socket.socket) -> Any:
    """The next record, waiting for it.

    Raises:
        EOFError: the other side is gone.
    """
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    return pickle.loads(_exactly(connection, length))


async def send_soon(connection: socket.socket, message: Any) -> None:
    """Send a record from an event loop."""
    await asyncio.get_running_loop().sock_sendall(connection, _framed(message))


async def receive_soon(connection: socket.socket) -> Any:
    """The next record, in an event loop.

    Raises:
        EOFError: the other side is gone.
    """
    (length,) = _LENGTH.unpack(await _exactly_soon(connection, _LENGTH.size))
    return pickle.loads(await _exactly_soon(connection, length))


def _framed(message: Any) -> bytes:
    content = pickle.dumps(message)
    return _LENGTH.pack(len(content)) + content


def _exactly(connection: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        content += _some(connection.recv(length - len(content)))
    return bytes(content)


async def _exactly_soon(connection: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        loop = asyncio.get_running_loop()
        content += _some(await loop.sock_recv(connection, length - len(content)))
    return bytes(content)


def _some(received: bytes) -> bytes:
    if not received:
        raise EOFError
    return received
