"""What a failure of Vertica means: whether trying again may help, and what to do.

Sources: Vertica documentation, "SQL state list" and "Managing client connections"; the classes are those of the SQL standard.
"""

from __future__ import annotations

import re

from warehousebench.errors import EngineError, TransientError, UnsupportedError

CANCELLED = "57014"
DENIED = "42501"
EXISTS = "42710"

# A state or, of two characters, a class of states -> what to do.  The longest that fits counts.
_REMEDIES = {
    "08": "The connection failed. Try again; if it stays so, check host, port and whether the database is up",
    "0A": "Vertica cannot do this here. Write it in another way, as an override queries/<suite>/vertica/<query>.sql",
    "22V04": "A value does not fit its column. Correct the data or widen the column",
    "28": "Check user and password (VSQL_USER, VSQL_PASSWORD) or the token",
    "3D": "Check the name of the database (VSQL_DATABASE)",
    "3F": "Create the schema or correct the target's option schema; a load creates it",
    "40": "Another transaction was in the way. Try again",
    "42501": "Ask for the privilege or take another user; warehousebench doctor lists what is needed",
    "42601": "It is not in Vertica's dialect. Correct it, or write it as an override queries/<suite>/vertica/<query>.sql",
    "42V01": "Load the tables first, or correct the target's option schema",
    "53": "The server is short of memory, disk or connections. Try again later, or in another resource pool",
    "55V03": "Another transaction holds the lock. Try again",
    "57014": "Somebody cancelled it. Run it again",
    "57": "The server is starting or stopping. Try again when it is up",
    "V1": "A node went away. Try again",
}
_AGAIN = ("08", "40", "53", "55V03", "57", "V1")
_OTHERWISE = "See the server's log, or correct the statement"
_STATE = re.compile(r"Sqlstate: (\w{5})")
_FIELD = re.compile(
    r"(?:^|, )(Message|Detail|Hint): (.*?)(?=, (?:Severity|Message|Sqlstate|Detail|Hint|[A-Z]\w+(?: \w+)?): |$)", re.DOTALL
)


def failure(state: str, message: str, detail: str = "") -> EngineError:
    """Return the error for a refusal with an SQLSTATE, in one line; TransientError if trying again may help."""
    said = " ".join(f"{message} {detail}".split()).rstrip(".")
    text = f"Vertica: {said} ({state}). {_by_state(state, _REMEDIES) or _OTHERWISE}"
    if state.startswith("0A"):
        return UnsupportedError(text)
    # A cancelled statement is of the class of a stopping server, but was meant to end.
    return TransientError(text) if state != CANCELLED and _by_state(state, dict.fromkeys(_AGAIN, "again")) else EngineError(text)


def login_failure(text: str) -> EngineError | None:
    """Return the error for a refusal of the log-in, of which the driver gives the text alone; None if it is none."""
    state = _STATE.search(text)
    if state is None:
        return None
    fields = dict(_FIELD.findall(text))
    return failure(state[1], fields.get("Message", "the log-in was refused"), fields.get("Detail", ""))


def connection_failure(text: str, place: str) -> EngineError:
    """Return the error for a connection to ``place`` that was not made; a wrong certificate does not get right by itself."""
    lowered = text.lower()
    if "certificate" in lowered or "hostname mismatch" in lowered:
        remedy = "Give the authority's certificates as tls_ca, and the host by the name in its certificate"
        return EngineError(f"Vertica at {place}: its certificate is not trusted ({_brief(text)}). {remedy}")
    if "ssl requested but disabled" in lowered:
        return EngineError(f"Vertica at {place} offers no TLS. Set it up there, or set the option tls to prefer or disable")
    if "password for user" in lowered and "expired" in lowered:
        return EngineError(f"Vertica at {place}: {_brief(text)}. Change the password first, with vsql")
    return TransientError(
        f"Vertica at {place} cannot be reached ({_brief(text)}). Check host and port (VSQL_HOST, VSQL_PORT) and whether it is up"
    )


def lost(place: str, text: str = "") -> TransientError:
    """Return the error for a session that is no more."""
    said = f" ({_brief(text)})" if text else ""
    return TransientError(f"the session with Vertica at {place} was lost{said}. Try again: a new session is opened for it")


def _by_state(state: str, table: dict[str, str]) -> str | None:
    return table.get(state) or table.get(state[:2])


def _brief(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
