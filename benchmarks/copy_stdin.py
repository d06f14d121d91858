"""What Vertica's COPY FROM STDIN costs the client: vertica_python against a plain socket write of the same bytes.

    python benchmarks/copy_stdin.py FOLDER [--megabytes 200] [--pairs 5]

FOLDER holds catalog.json and lineitem.parquet.  A second process takes the bytes and does nothing with them: no figure
here says anything about a server.  Seconds of CPU of this process, paired alternately; then what it adds to make the
bytes from the rows of the Parquet file.
"""

from __future__ import annotations

import argparse
import io
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from warehousebench.engines.targets import Target
from warehousebench.engines.vertica.client import opened
from warehousebench.engines.vertica.copy import RowStream, copy_text
from warehousebench.engines.vertica.engine import CONVENTION
from warehousebench.model import document
from warehousebench.model.catalog import Catalog

PIECE = 1 << 17
# Accepts any login of Vertica's protocol, takes the data of a COPY and throws it away; a connection that starts with "raw"
# is read to its end.  It answers with the number of bytes, so that both ways are over only when the last one has arrived.
SINK = r"""
import socket, struct, threading
def frame(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body
def exactly(stream, count):
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
def raw(sock, stream):
    count = 0
    while data := stream.read1(1 << 17):
        count += len(data)
    sock.sendall(struct.pack("!Q", count))
def vertica(sock, stream):
    length = struct.unpack("!I", exactly(stream, 4))[0]
    exactly(stream, length - 4)
    ready = frame(b"Z", b"I")
    status = b"protocol_version\0" + str(3 << 16 | 16).encode() + b"\0"
    sock.sendall(frame(b"R", bytes(4)) + frame(b"S", status) + frame(b"K", bytes(8)) + ready)
    while True:
        kind, length = struct.unpack("!cI", exactly(stream, 5))
        body = exactly(stream, length - 4)
        if kind == b"X":
            return
        if kind == b"Q" and body.startswith(b"COPY"):
            sock.sendall(frame(b"G", struct.pack("!BH", 0, 0)))
        elif kind == b"Q" or kind == b"c":
            sock.sendall(frame(b"C", b"DONE\0") + ready)
def serve(sock):
    stream = sock.makefile("rb", 1 << 20)
    try:
        (raw if stream.peek(3)[:3] == b"raw" else vertica)(sock, stream)
    except (EOFError, OSError):
        pass
    finally:
        sock.close()
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    sock, _ = listener.accept()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=serve, args=(sock,), daemon=True).start()
"""


def plain(port: int, data: bytes) -> None:
    """Write the bytes to a socket and wait until they have arrived."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"raw")
        for start in range(0, len(data), PIECE):
            sock.sendall(memoryview(data)[start : start + PIECE])
        sock.shutdown(socket.SHUT_WR)
        if int.from_bytes(sock.recv(8, socket.MSG_WAITALL), "big") != len(data) + 3:
            raise SystemExit("the sink did not get all bytes")


def copied(port: int, sql: str, stream: io.BytesIO | RowStream) -> None:
    """Send the stream by a COPY through the driver."""
    options = {"host": "127.0.0.1", "port": str(port), "user": "nobody", "tls": "disable"}
    target = Target("vertica", "sink", {**CONVENTION.defaults, **options})
    with opened(target) as session:
        session.copy(sql, stream)


def cpu_of(work: Callable[[], None]) -> float:
    """Return the CPU seconds that this process spends on ``work``."""
    before = time.process_time()
    work()
    return time.process_time() - before


def main() -> None:
    """Render the bytes once, send them both ways in turn and print the ratios."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--megabytes", type=int, default=200)
    options.add_argument("--pairs", type=int, default=5)
    chosen = options.parse_args()
    table = document.read(chosen.folder / "catalog.json", Catalog).table("lineitem")
    files = [chosen.folder / "lineitem.parquet"]
    sql = copy_text(table, "rejects")

    stream = RowStream(table, files)
    parts: list[bytes] = []
    before = time.process_time()
    while stream.bytes < chosen.megabytes * 1_000_000 and (part := stream.read(PIECE)):
        parts.append(part)
    rendering = time.process_time() - before
    stream.close()
    data = b"".join(parts)

    sink = subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True)
    try:
        port = int(sink.stdout.readline())  # type: ignore[union-attr]
        pairs = [
            (cpu_of(lambda: plain(port, data)), cpu_of(lambda: copied(port, sql, io.BytesIO(data)))) for _ in range(chosen.pairs)
        ]
    finally:
        sink.kill()
        sink.wait()
    print(f"{len(data) / 1e6:.0f} MB of lineitem as text; CPU seconds of the client\n\npair  socket  COPY  ratio")
    for place, (bare, driver) in enumerate(pairs, 1):
        print(f"{place:4}  {bare:6.3f}  {driver:4.2f}  {driver / bare:5.2f}")
    ratio, cost = median(driver / bare for bare, driver in pairs), median(driver for _, driver in pairs)
    print(f"\nCOPY through the driver against the socket: {ratio:.2f} (median)")
    print(f"making the text from Parquet against sending it by COPY: {rendering / cost:.1f}")


if __name__ == "__main__":
    main()
