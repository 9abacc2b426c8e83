"""The warm process: everything imported and read, it forks a child for each preview.

Run by `worker` as a process of its own, with the number of a socket as its argument. Over it come
the sockets of previews, one each. The child of a preview dies when its socket is closed, this
process when its own is: so nothing is left of a server however it ends. Threads do not survive a
fork: the database children begin with has none.
"""

from __future__ import annotations

import gc
import json
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
    import duckdb

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
    con = _warm_up()
    while True:
        _, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not sockets:
            return
        connection = socket.socket(fileno=sockets[0])
        if os.fork() == 0:
            control.close()
            _child(connection, con)
        connection.close()


def _warm_up() -> duckdb.DuckDBPyConnection:
    """Make a small preview, so that children have everything imported, read and parsed.

    Returns:
        The empty database a child begins with.
    """
    import datetime as dt

    from spendsense_pipeline.preview.database import empty_database
    from spendsense_pipeline.publishing.loading import clear_tables
    from spendsense_pipeline.settings import FEWEST_USERS

    few = json.dumps({"config": {"num_users": FEWEST_USERS}})
    con = empty_database()
    _made(Request(few, dt.date(2025, 6, 30), None), con)
    clear_tables(con)
    gc.collect()
    # What is here now stays: children that look for garbage would only copy its pages.
    gc.freeze()
    return con


def _child(connection: socket.socket, con: duckdb.DuckDBPyConnection) -> None:
    """Make one preview and end."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        gc.disable()
        request = receive(connection)
        send(connection, Started(os.getpid()))
        threading.Thread(target=_end_when_closed, args=(connection,), daemon=True).start()
        send(connection, _answer(request, con))
        status = 0
    except (EOFError, OSError):
        pass  # Nobody is there to be told.
    finally:
        os._exit(status)


def _end_when_closed(connection: socket.socket) -> None:
    """Nothing more comes over the socket but its end: whoever asked is gone, or asks anew."""
    connection.recv(1)
    os._exit(1)


def _answer(request: Request, con: duckdb.DuckDBPyConnection) -> Preview | Exception:
    from spendsense_pipeline.errors import SpendSenseError

    try:
        return _made(request, con)
    except SpendSenseError as error:
        return error
    except Exception as error:
        # The page is told what it can show; the server's log, where it happened.
        traceback.print_exc()
        return RuntimeError(f"{type(error).__name__}: {error}")


def _made(request: Request, con: duckdb.DuckDBPyConnection) -> Preview:
    from spendsense_pipeline.controls.uploads import uploaded_config
    from spendsense_pipeline.preview.making import preview

    asked = uploaded_config(request.asked)
    found = preview(_resolved(asked, request.as_of, request.history_start), con=con)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return replace(found, cpu_seconds=used.ru_utime + used.ru_stime)


def _resolved(asked: Any, today: Any, history_start: Any) -> ResolvedConfig:
    from spendsense_pipeline.controls import as_of_for, resolve

    return resolve(asked, as_of=as_of_for(asked, today=today), history_start=history_start)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
    # What was imported for the children is not taken down piece by piece.
    os._exit(0)
