"""What went wrong on Redshift, in one clear line: worth repeating or not, and what to do next.

Sources: PostgreSQL documentation, "Error Codes" (SQLSTATE classes); Amazon Redshift Developer Guide, "Serializable isolation"
(error 1023) and "Troubleshooting data loads".
"""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass

from warehousebench.engines.redshift.settings import Settings
from warehousebench.errors import EngineError, TimeLimitError, TransientError, UnsupportedError

_CANCELLED = "57014"
_DISK_FULL = "53100"
_UNSUPPORTED = "0A000"
_TRANSIENT = ("08", "40", "53", "57")
_SERIALIZATION = "1023"
# An answer of Redshift's own code has its particulars in a block of "name: value" lines.
_CONTEXT = re.compile(r"^\s*context:\s*(?P<context>.+)$", re.MULTILINE)
_SIGNED = re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\"]*")
_MESSAGE = 400

# SQLSTATE, or the start of one -> what to do; the first that fits counts.
_REMEDIES = (
    ("28", "Check user and password (REDSHIFT_PASSWORD or PGPASSWORD), or log in by IAM with iam=true."),
    ("3D000", "Check the database's name: REDSHIFT_DATABASE or the URL's path."),
    ("42501", "Ask the owner to GRANT it, or work in a schema of your own (option schema)."),
    ("42P01", "Load the tables first with: warehousebench load --to, or choose their schema (option schema)."),
    ("3F000", "Load the tables first with: warehousebench load --to, or choose their schema (option schema)."),
    ("2BP01", "Drop what depends on it, or load into another schema (option schema)."),
    (_DISK_FULL, "Free some space or add nodes."),
    ("53300", "Wait until others have closed their sessions."),
    ("57P", "The cluster is stopping, resizing or paused: try again when it is available."),
    ("40", "Another transaction changed the same tables: repeat it, or stop what else writes to them."),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed call said: the server's message, SQLSTATE and detail, or what broke (``cause``) before it could answer.

    ``lost`` says that the connection is gone, rather than that the driver could not make sense of something.
    """

    message: str
    sqlstate: str = ""
    detail: str = ""
    cause: BaseException | None = None
    lost: bool = False

    @property
    def answered(self) -> bool:
        """Tell whether the server answered, so that the session goes on."""
        return bool(self.sqlstate) and not self.sqlstate.startswith(("08", "57P"))


def explained(failure: Failure, settings: Settings, timeout: float = 0, *, connecting: bool = False) -> EngineError:
    """Return our error for ``failure``: TransientError if trying again may help, TimeLimitError after ``timeout`` seconds."""
    if connecting and not failure.sqlstate:
        return _no_session(failure, settings)
    timed_out = isinstance(failure.cause, TimeoutError) or failure.sqlstate == _CANCELLED
    if timed_out and timeout:
        return TimeLimitError(f"stopped after {timeout:g} s")
    line = f"{settings.name}: {_line(failure, settings)}"
    if _is_transient(failure):
        return TransientError(f"{line}. {_remedy(failure) or 'Try again.'}")
    if failure.sqlstate == _UNSUPPORTED:
        return UnsupportedError(f"{line}. Write it another way for Redshift.")
    remedy = _remedy(failure)
    return EngineError(f"{line}. {remedy}" if remedy else line)


def harmless(words: str, settings: Settings) -> str:
    """Return ``words`` on one line without the password, and without the signatures of presigned addresses."""
    if settings.password and settings.password.reveal():
        words = words.replace(settings.password.reveal(), "***")
    line = " ".join(_SIGNED.sub(r"\1?***", words).split())
    return line if len(line) <= _MESSAGE else f"{line[:_MESSAGE]} …"


def _line(failure: Failure, settings: Settings) -> str:
    context = _CONTEXT.search(failure.detail)
    detail = context["context"] if context else failure.detail
    words = f"{failure.message.strip()}: {detail}" if detail.strip() else failure.message
    state = f" (SQLSTATE {failure.sqlstate})" if failure.sqlstate else ""
    return harmless(words, settings).rstrip(". ") + state


def _is_transient(failure: Failure) -> bool:
    if failure.sqlstate == _DISK_FULL:
        return False  # of class 53, yet it stays full until somebody makes room
    words = f"{failure.message} {failure.detail}"
    serialization = failure.message.strip().startswith(_SERIALIZATION) or "erializable isolation violation" in words
    return failure.lost or serialization or failure.sqlstate.startswith(_TRANSIENT)


def _remedy(failure: Failure) -> str:
    if failure.message.strip().startswith(_SERIALIZATION):
        return dict(_REMEDIES)["40"]
    return next((remedy for start, remedy in _REMEDIES if failure.sqlstate.startswith(start)), "")


def _no_session(failure: Failure, settings: Settings) -> EngineError:
    """Return the error for a login that got no answer from the server: network, TLS, IAM or the driver's own refusal."""
    place = f"{settings.host}:{settings.port}" if settings.host else f"the endpoint of {settings.cluster or settings.workgroup}"
    words, cause = harmless(failure.message, settings).rstrip(". "), failure.cause
    if isinstance(cause, ssl.SSLError) or "refuses SSL" in words:
        return EngineError(
            f"{settings.name}: no TLS with {place}: {words}. The certificate must be Amazon's and name the host; "
            "for a server without TLS that you trust, set sslmode=off."
        )
    if isinstance(cause, socket.gaierror):
        return EngineError(f"{settings.name}: the host {settings.host} is not known ({words}). Check its name and the DNS.")
    if isinstance(cause, TimeoutError) or "time out" in words:
        return TransientError(
            f"{settings.name}: {place} does not answer. Check the security group, a VPN, and that the cluster is not paused."
        )
    if isinstance(cause, OSError) or failure.lost:
        return TransientError(f"{settings.name}: cannot reach {place}: {words}. Check host and port, and that it is running.")
    if settings.iam:
        return EngineError(
            f"{settings.name}: no IAM login to {place}: {words}. Check the AWS profile or credentials, "
            "the region, and the right to redshift:GetClusterCredentials or redshift-serverless:GetCredentials."
        )
    return EngineError(f"{settings.name}: no session on {place}: {words}. Look at: warehousebench doctor {settings.name}")
