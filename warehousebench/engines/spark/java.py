"""The Java that Spark's driver would run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from warehousebench.errors import UnsupportedError

# Java 17 is the oldest that Spark 4 runs on (SPARK-45315).
OLDEST = 17
REMEDY = (
    f"Install Java {OLDEST} or later (a package such as openjdk-{OLDEST}-jre-headless) or set JAVA_HOME to one; "
    "a Spark Connect URL, sc://host:15002, needs none."
)


@dataclass(frozen=True, slots=True)
class Java:
    """An installed Java: its executable, its version as it says itself, and the number that counts."""

    path: Path
    version: str
    major: int


def find() -> Java | None:
    """Return the Java that Spark would start: JAVA_HOME's, else the one on PATH; None if there is none that runs."""
    home = os.environ.get("JAVA_HOME")
    path = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    try:
        done = subprocess.run([path or "", "-version"], capture_output=True, text=True, errors="replace", check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "((?:1\.)?(\d+)[^"]*)"', done.stderr)
    return Java(Path(str(path)), found[1], int(found[2])) if found else None


def require() -> Java:
    """Return a Java that Spark runs on; raises UnsupportedError with the remedy."""
    java = find()
    if java is None:
        home = os.environ.get("JAVA_HOME")
        raise UnsupportedError(
            f"Spark needs Java, and {f'there is none in JAVA_HOME={home}' if home else 'none was found'}. {REMEDY}"
        )
    if java.major < OLDEST:
        raise UnsupportedError(f"Spark needs Java {OLDEST} or later, and {java.path} is {java.version}. {REMEDY}")
    return java
