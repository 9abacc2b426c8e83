"""The warm process: everything imported and read, it forks a child for each preview.

Run by `worker` as a process of its own, with the number of a socket as its argument. Over it come
the sockets of previews, one each. The child of a preview dies when its socket is closed, this
process when its own is: so nothing is left of a server however it ends. DuckDB is imported here and
opened in the children only: threads do not survive a fork.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
import threading
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.preview.messages import Request, Started, receive, send

if TYPE_CHECKING:
    from spendsense_pipeline.controls import ResolvedConfig
    from spendsense_pipeline.preview.records import Preview


def serve(control: socket.socket) -> None:
    """Fork a child for every socket that comes, until no more can.

    Args:
        control: where they come from.
    """
    # The server decides when to end; an interrupt at the terminal reaches everybody.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Children are gone when they end, without being waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _warm_up()
    while True:
        _, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not sockets:
            return
        connection = socket.socket(fileno=sockets[0])
        if os.fork() == 0:
            control.close()
            _child(connection)
        connection.close()


def _warm_up() -> None:
    """Import and read what every preview needs, so that children have it from the start."""
    import datetime as dt

    import duckdb  # noqa: F401

    from spendsense_pipeline.controls import OperatorConfig
    from spendsense_pipeline.features.vocabulary import vocabulary
    from spendsense_pipeline.generation.generator import generate_shard
    from spendsense_pipeline.preview.making import preview
    from spendsense_pipeline.settings import FEWEST_USERS

    vocabulary()
    preview(_resolved(OperatorConfig(), dt.date(2025, 6, 30), None), first_users=FEWEST_USERS)
    gc.collect()
    # What is here now stays: children that look for garbage would only copy its pages.
    gc.freeze()


def _child(connection: socket.socket) -> None:
    """Make one preview and end."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        gc.disable()
        request = receive(connection)
        send(connection, Started(os.getpid()))
        threading.Thread(target=_end_when_closed, args=(connection,), daemon=True).start()
        send(connection, _answer(request))
        status = 0
    except (EOFError, OSError):
        pass  # Nobody is there to be told.
    finally:
        os._exit(status)


def _end_when_closed(connection: socket.socket) -> None:
    """Nothing more comes over the socket but its end: whoever asked is gone, or asks anew."""
    connection.recv(1)
    os._exit(1)


def _answer(request: Request) -> Preview | Exception:
    from spendsense_pipeline.errors import SpendSenseError

    try:
        return _made(request)
    except SpendSenseError as error:
        return error
    except Exception as error:
        # The page is told what it can show; the server's log, where it happened.
        traceback.print_exc()
        return RuntimeError(f"{type(error).__name__}: {error}")


def _made(request: Request) -> Preview:
    from spendsense_pipeline.controls.uploads import uploaded_config
    from spendsense_pipeline.preview.making import preview

    asked = uploaded_config(request.asked)
    found = preview(_resolved(asked, request.as_of, request.history_start))
    used = resource.getrusage(resource.RUSAGE_SELF)
    return replace(found, cpu_seconds=used.ru_utime + used.ru_stime)


def _resolved(asked: Any, today: Any, history_start: Any) -> ResolvedConfig:
    from spendsense_pipeline.controls import as_of_for, resolve

    return resolve(asked, as_of=as_of_for(asked, today=today), history_start=history_start)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
    # What was imported for the children is not taken down piece by piece.
    os._exit(0)
