"""How a Vertica client introduces itself and proves who it is."""

from __future__ import annotations

import hashlib
import struct

from standins.wire import Buffer

AUTHENTICATED, _CLEARTEXT, _MD5, _OAUTH, _SHA512 = 0, 3, 5, 12, 65536 + 512


def challenge(method: str, user: str, password: str, salt: bytes, usersalt: bytes) -> tuple[bytes, bytes]:
    """Return the body of the request for a password and the answer that it wants."""
    if method == "oauth":
        return struct.pack("!I", _OAUTH), b""
    if method == "cleartext":
        return struct.pack("!I", _CLEARTEXT), password.encode()
    if method == "md5":
        inner = hashlib.md5(password.encode() + user.encode()).hexdigest().encode()
        return struct.pack("!I", _MD5) + salt, b"md5" + hashlib.md5(inner + salt).hexdigest().encode()
    inner = hashlib.sha512(password.encode() + usersalt).hexdigest().encode()
    question = struct.pack("!I", _SHA512) + salt + struct.pack("!I", len(usersalt)) + usersalt
    return question, b"sha512" + hashlib.sha512(inner + salt).hexdigest().encode()


def read_startup(data: bytes) -> dict[str, str]:
    """Return what the client says of itself; the protocol's version is a number among texts."""
    body, client = Buffer(data), {}
    while name := body.text():
        if name == "protocol_version":
            (number,) = body.unpack("I")
            client[name] = str(number)
            body.take(1)
        else:
            client[name] = body.text()
    return client
