from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehousebench.bench.journal import Journal, PassDone, Progress, Start, begin, read, resume, unfinished
from warehousebench.errors import SourceError, UsageError
from warehousebench.model.run import Execution, Phase, Status

START = Start("identity", "2026-01-01T00:00:00+00:00", 'a "run" of Größe\n')
WARM = Execution(
    "x", "01", 1, 1, Phase.WARMUP, Status.VERIFIED, seconds=0.5, rows=1, result_hash="ab", metrics={"m": 1.5}, started="now"
)
TIMED = replace(WARM, phase=Phase.TIMED, rounding="passed")
FAILED = replace(TIMED, query="02", position=2, status=Status.FAILED, seconds=None, reason='it said: "no"\nand more \u2028 ü')
LINES = [START, WARM, TIMED, FAILED, PassDone(1, "x", 0.02), replace(WARM, subject="y"), replace(TIMED, subject="y")]
CONTENT = b"".join(msgspec.json.encode(line) + b"\n" for line in LINES)
HEADER = CONTENT.index(b"\n") + 1


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return tmp_path_factory.mktemp("journal") / "run.journal.jsonl"


def lines_of(progress: Progress) -> list[object]:
    return [progress.start, *progress.executions, *progress.probes]


def test_what_is_added_is_read_back(path: Path) -> None:
    path.unlink(missing_ok=True)
    journal = begin(path, START)
    for line in LINES[1:]:
        journal.add(line)
        assert line in lines_of(read(path)), "a line is in the file before the next one starts"
    journal.close()
    assert path.read_bytes() == CONTENT
    assert read(path) == Progress(START, tuple(line for line in LINES if isinstance(line, Execution)), (PassDone(1, "x", 0.02),))


@settings(max_examples=200, deadline=None)
@given(st.integers(HEADER, len(CONTENT)), st.lists(st.sampled_from(LINES[1:]), max_size=3))
def test_a_journal_cut_anywhere_goes_on_with_whole_turns(path: Path, length: int, more: list[Execution]) -> None:
    path.write_bytes(CONTENT[:length])
    whole = LINES[: CONTENT[:length].count(b"\n")]
    while isinstance(whole[-1], Execution) and whole[-1].phase is Phase.WARMUP:
        whole.pop()
    journal, progress = resume(path, replace(START, started="later", description="other words"))
    assert sorted(map(repr, lines_of(progress))) == sorted(map(repr, whole))
    assert progress.start == START
    for line in more:
        journal.add(line)
    journal.close()
    assert sorted(map(repr, lines_of(read(path)))) == sorted(map(repr, [*whole, *more]))


@settings(deadline=None)
@given(st.integers(0, HEADER - 1))
def test_a_journal_without_a_whole_header_is_explained(path: Path, length: int) -> None:
    path.write_bytes(CONTENT[:length])
    with pytest.raises(SourceError, match=r"ends before the run began\. Delete it and start the run over"):
        resume(path, START)
    assert path.read_bytes() == CONTENT[:length]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(CONTENT) - 2), st.integers(0, 255))
def test_a_damaged_byte_is_read_or_explained(path: Path, place: int, byte: int) -> None:
    path.write_bytes(CONTENT[:place] + bytes([byte]) + CONTENT[place + 1 :])
    try:
        assert isinstance(read(path), Progress)
    except SourceError as error:
        said = str(error)
    else:
        return
    assert said.endswith(("Delete it and start the run over.", "Choose another --out."))


@pytest.mark.parametrize("line", [b"null", b"5", b"[]", b"{", b'{"query": "01"}', b'{"probe": "fast"}', b"\xff\xfe", b""])
def test_a_line_that_is_no_record_is_explained(path: Path, line: bytes) -> None:
    path.write_bytes(CONTENT[:HEADER] + line + b"\n" + CONTENT[HEADER:])
    with pytest.raises(SourceError, match=r"is damaged \(.*\)\. Delete it and start the run over"):
        read(path)


@pytest.mark.parametrize("change", [{"format": "warehousebench.run"}, {"version": 2}])
def test_a_journal_of_another_format_is_refused(path: Path, change: dict[str, object]) -> None:
    path.write_bytes(msgspec.json.encode(replace(START, **change)) + b"\n")  # type: ignore[arg-type]
    with pytest.raises(SourceError, match=r"not warehousebench\.journal version 1"):
        resume(path, START)


def test_another_run_is_refused_and_its_journal_left_alone(path: Path) -> None:
    torn = CONTENT + b'{"torn'
    path.write_bytes(torn)
    with pytest.raises(UsageError, match=r'belongs to another run: a "run" of Größe\n; this is: mine\.'):
        resume(path, replace(START, identity="other", description="mine"))
    with pytest.raises(UsageError, match=r"left from an interrupted run\. Go on with --resume"):
        begin(path, START)
    assert path.read_bytes() == torn


def test_there_must_be_a_journal_to_resume(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no interrupted run at .*none\. Start one without --resume"):
        resume(tmp_path / "none", START)
    assert list(tmp_path.iterdir()) == []


def test_a_new_journal_makes_its_folder_and_can_be_removed(tmp_path: Path) -> None:
    journal = begin(tmp_path / "deep" / "j", START)
    assert read(journal.path) == Progress(START)
    journal.remove()
    assert not journal.path.exists()


def test_a_full_disk_is_explained(path: Path) -> None:
    class Full:
        def write(self, _: bytes) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(
        SourceError, match=r"No space left on device\. What was finished is kept: free some space and repeat with --resume"
    ):
        Journal(path, Full()).add(WARM)  # type: ignore[arg-type]


def test_only_a_timed_record_finishes_a_query() -> None:
    assert unfinished(["01", "02", "03"], [WARM, replace(FAILED, query="03")]) == ("01", "02")
    assert unfinished(["02", "01"], [WARM, TIMED]) == ("02",)
