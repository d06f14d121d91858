"""Run a driver's own integration tests against the stand-in of its product, and count what passes and why the rest fails.

    python benchmarks/driver_suites.py vertica
    python benchmarks/driver_suites.py redshift CHECKOUT

vertica_python brings its tests in its wheel; for redshift_connector give a checkout of aws/amazon-redshift-python-driver,
in which test/config.ini is written.  Both need parameterized, pytest-mock and pytest-timeout beside the test extra.
The tests are an outside check: they were written against the real products and nothing of them is kept here.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from standins.backend import Backend  # noqa: E402
from standins.fixtures import DATABASE, PASSWORD, USER  # noqa: E402
from standins.redshift import RedshiftServer  # noqa: E402
from standins.vertica import VerticaServer  # noqa: E402

SECONDS_PER_TEST, SECONDS_IN_ALL = 30, 3000
REDSHIFT_FILES = (
    *("cursor", "dbapi20", "paramstyle", "prepared_statements_cache", "query", "pandas", "unsupported_datatypes"),
    *("connection", "redshift_property", "datatype/datatypes", "datatype/system_table_queries"),
)


def main() -> None:
    """Print two tables in Markdown: counts by file, and classes of failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("product", choices=("vertica", "redshift"))
    parser.add_argument("checkout", nargs="?", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        if options.product == "vertica":
            vertica(report, Path(folder))
        elif options.checkout is None:
            parser.error("give a checkout of aws/amazon-redshift-python-driver")
        else:
            redshift(report, options.checkout.resolve())
        print_counts(ElementTree.parse(report))


def vertica(report: Path, logs: Path) -> None:
    """Run the tests in vertica_python's wheel."""
    import vertica_python

    backend = Backend()
    server = VerticaServer(backend)
    server.start()
    given = {"HOST": server.host, "PORT": str(server.port), "USER": USER, "PASSWORD": PASSWORD, "DATABASE": DATABASE}
    environment = {f"VP_TEST_{name}": value for name, value in (given | {"LOG_DIR": str(logs)}).items()}
    tests = Path(vertica_python.__file__).parent / "tests" / "integration_tests"
    run([str(tests)], report, logs, environment)
    server.stop()
    backend.close()


def redshift(report: Path, checkout: Path) -> None:
    """Run the tests of a checkout that need a server and nothing of AWS's."""
    backend = Backend()
    server = RedshiftServer(backend)
    server.start()
    login = f"database = {DATABASE}\nhost = {server.host}\ntest_user = {USER}\ntest_password = {PASSWORD}\n"
    (checkout / "test" / "config.ini").write_text(
        f"[ci-cluster]\n{login}region = us-east-1\ncluster_identifier = standin\n"
        f"[default-test]\nport = {server.port}\nssl = False\nsslmode = verify-ca\n[cluster-setup]\ngroups = g\n"
    )
    names = [Path("test/integration") / Path(name).parent / f"test_{Path(name).name}.py" for name in REDSHIFT_FILES]
    run([str(name) for name in names], report, checkout, {})
    server.stop()
    backend.close()


def run(tests: list[str], report: Path, folder: Path, environment: dict[str, str]) -> None:
    """Run pytest with only what the tests themselves ask for."""
    # Without a configuration of its own, pytest would take this project's, where warnings are errors.
    (configuration := report.with_name("pytest.ini")).write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(configuration), f"--rootdir={folder}"]
    command += [f"--junitxml={report}", f"--timeout={SECONDS_PER_TEST}", "--tb=short", *tests]
    subprocess.run(
        command, cwd=folder, env=os.environ | environment, timeout=SECONDS_IN_ALL, stdout=subprocess.DEVNULL, check=False
    )


def print_counts(report: ElementTree.ElementTree) -> None:
    """Print passed, failed and skipped tests by file, and what the failures have in common."""
    passed, failed, skipped, reasons = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    outcomes: dict[tuple[str, str], str] = {}
    for case in report.iter("testcase"):
        # A test that passes and then cannot clean up has two entries: it counts as failed.
        key = str(case.get("classname")), str(case.get("name"))
        trouble = next((child for child in case if child.tag in ("failure", "error")), None)
        if trouble is not None and outcomes.get(key) != "failed":
            reasons[reason(f"{trouble.get('message')} {trouble.text}")] += 1
            outcomes[key] = "failed"
        elif key not in outcomes:
            outcomes[key] = "skipped" if case.find("skipped") is not None else "passed"
    for (module, _), outcome in outcomes.items():
        file = re.search(r"test_\w+", module.replace("integration_tests", ""))
        {"passed": passed, "failed": failed, "skipped": skipped}[outcome][file[0] if file else module] += 1
    print("| file | passed | failed | skipped |\n|---|---|---|---|")
    for name in sorted({*passed, *failed, *skipped}):
        print(f"| {name} | {passed[name]} | {failed[name]} | {skipped[name]} |")
    print(f"| all | {passed.total()} | {failed.total()} | {skipped.total()} |\n\n| failures | why |\n|---|---|")
    for why, count in reasons.most_common(25):
        print(f"| {count} | {why} |")


def reason(text: str) -> str:
    """Return what a failure says, without what differs from test to test."""
    refused = re.search(r"(?:Message: |'M': ['\"])([^'\"]{1,60}?) is not supported by this stand-in", text)
    if refused:
        return f"refused: {refused[1]}"
    state = re.search(r"Sqlstate: (\w+)|'C': '(\w+)'", text)
    if state:
        return f"SQLSTATE {state[1] or state[2]}, not what the test expects"
    kind = re.search(r"(\w+(?:Error|Exception|Warning))\b", text)
    return kind[1] if kind else text.strip().split("\n")[0][:60]


if __name__ == "__main__":
    main()
