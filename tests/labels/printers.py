"""A label printer on loopback: takes what it is sent, or behaves badly."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class LoopbackPrinter:
    """`received`: one entry a connection, in order. `mood`: prints; resets (after reading a little); stalls (reads nothing)."""

    address: str
    mood: str = "prints"
    received: list[str] = field(default_factory=list)
    done: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, jobs: int) -> list[str]:
        """What came, once so many jobs have come."""
        with self.done:
            assert self.done.wait_for(lambda: len(self.received) >= jobs, timeout=30), self.received
            return list(self.received)


@contextmanager
def loopback_printer(mood: str = "prints") -> Iterator[LoopbackPrinter]:
    """A printer that listens inside the block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        printer = LoopbackPrinter(f"127.0.0.1:{server.getsockname()[1]}", mood)
        closing = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, printer, closing), daemon=True)
        thread.start()
        yield printer
        closing.set()
        with socket.create_connection(server.getsockname()):
            pass  # wakes accept
        thread.join(timeout=30)


def _serve(server: socket.socket, printer: LoopbackPrinter, closing: threading.Event) -> None:
    while True:
        connection, _address = server.accept()
        with connection:
            if closing.is_set():
                return
            if printer.mood == "stalls":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                closing.wait(timeout=30)
                continue
            data = b""
            while chunk := connection.recv(65_536):
                data += chunk
                if printer.mood == "resets":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
            if printer.mood == "prints":
                with printer.done:
                    printer.received.append(data.decode())
                    printer.done.notify_all()


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"
