"""The spool file: torn lines, full disks, what may be written down."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockterm.flows import spool as module
from stockterm.flows.spool import Owner, Spool, Watch
from stockterm.flows.tokens import Command, CommandToken, ScanToken, Token, named

ANN = Owner("ANN", 3, "count", "Count A-01", "Item")
SCANS: list[Token] = [named(ScanToken("]C1\x1d10LØT", True)), named(CommandToken(Command.UNDO)), named(ScanToken("12*952"))]


def a_spool(folder: Path, terminal: str = "pts/3") -> Spool:
    spool = Spool(folder / "away", terminal, "sqlite:///x.db")
    spool.open()
    return spool


def only_file(folder: Path) -> Path:
    [path] = (folder / "away").iterdir()
    return path


def tokens_of(spool: Spool) -> list[tuple[Token, str]]:
    return [(one.token, one.token.id) for one in spool.waiting.values()]


def test_what_was_appended_is_read_again_with_its_ids_in_order(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    spool.append(SCANS[:2], ANN)
    spool.append(SCANS[2:], ANN)
    spool.close()
    again = a_spool(tmp_path)
    assert tokens_of(again) == [(one, one.id) for one in SCANS]
    assert {one.owner for one in again.waiting.values()} == {ANN}


@pytest.mark.parametrize("rubbish", [b"0", b'deadbeef {"kind":"scan"', b"\0" * 700, b"deadbeef {}\n", b"\xff\n\xfe"])
def test_a_line_that_a_power_cut_tore_is_no_line_and_the_next_is_whole(tmp_path: Path, rubbish: bytes) -> None:
    spool = a_spool(tmp_path)
    spool.append(SCANS[:2], ANN)
    spool.close()
    with only_file(tmp_path).open("ab") as file:
        file.write(rubbish)
    again = a_spool(tmp_path)
    assert [one for one, _id in tokens_of(again)] == SCANS[:2]
    again.append(SCANS[2:], ANN)
    again.close()
    assert [one for one, _id in tokens_of(a_spool(tmp_path))] == SCANS


@given(cut=st.integers(0, 2000))
def test_a_file_cut_anywhere_has_the_scans_before_the_cut(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("cut")
    spool = a_spool(folder)
    ends = []
    for token in SCANS:
        spool.append([token], ANN)
        ends.append(only_file(folder).stat().st_size)
    spool.close()
    os.truncate(only_file(folder), min(cut, ends[-1]))
    assert [one for one, _id in tokens_of(a_spool(folder))] == [one for one, end in zip(SCANS, ends, strict=True) if end <= cut]


def test_a_disk_that_fills_in_the_middle_of_a_line_leaves_the_lines_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = a_spool(tmp_path)
    spool.append(SCANS[:1], ANN)
    room = [30]

    def write_some(descriptor: int, data: memoryview) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        written = os.write(descriptor, data[: room[0]])
        room[0] -= written
        return written

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_some", write_some)
        with pytest.raises(OSError, match="No space"):
            spool.append(SCANS[1:], ANN)
    spool.append(SCANS[1:], ANN)
    spool.close()
    assert [one for one, _id in tokens_of(a_spool(tmp_path))] == SCANS


def test_a_scan_is_on_the_disk_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    spool = a_spool(tmp_path)
    spool.append(SCANS, ANN)
    assert synced[-1] == only_file(tmp_path).stat().st_size


def test_what_is_done_is_gone_and_an_empty_file_goes_with_its_program(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    spool.append(SCANS, ANN)
    spool.done([SCANS[0].id])
    spool.close()
    again = a_spool(tmp_path)
    assert [one for one, _id in tokens_of(again)] == SCANS[1:]
    again.done([one.id for one in SCANS])
    again.close()
    assert not list((tmp_path / "away").iterdir())


def test_half_typed_text_is_kept_behind_the_scans_and_gone_with_the_next(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    spool.append(SCANS[:1], ANN)
    spool.keep_typed("9521", ANN)
    spool.close()
    again = a_spool(tmp_path)
    assert again.typed is not None
    assert again.typed[:2] == (ANN, "9521")
    again.append(SCANS[1:2], ANN)
    assert again.typed is None


def test_text_that_is_no_longer_there_leaves_nothing_in_the_file_where_nothing_waits(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    spool.append(SCANS, ANN)
    spool.done([one.id for one in SCANS])
    spool.keep_typed("", ANN)  # the field was cleared while the database came back
    assert only_file(tmp_path).stat().st_size == 0
    spool.keep_typed("9521", ANN)
    spool.keep_typed("", ANN)
    assert only_file(tmp_path).stat().st_size == 0


def test_programs_of_one_terminal_name_do_not_share_a_file_and_leave_the_living_alone(tmp_path: Path) -> None:
    first, second = a_spool(tmp_path), a_spool(tmp_path)
    first.append(SCANS[:1], ANN)
    second.append(SCANS[1:], ANN)
    third = a_spool(tmp_path)
    with third.left_behind() as files:
        assert files == []
    first.close()
    with third.left_behind() as files:
        assert [list(one.waiting) for one in files] == [[SCANS[0].id]]
        assert third.waiting == {}


def test_spools_of_other_databases_are_not_ours(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    spool.append(SCANS, ANN)
    spool.close()
    other = Spool(tmp_path / "away", "pts/3", "sqlite:///other.db")
    other.open()
    assert other.waiting == {}
    with other.left_behind() as files:
        assert files == []


def test_the_file_is_its_owners_and_does_not_name_the_database(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "away", "../../etc/T 1", "postgresql://me:secret@host/db")
    spool.append(SCANS, ANN)
    path = only_file(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert "secret" not in path.name + path.read_text()


F3, F10 = CommandToken(Command.BACK), CommandToken(Command.POST)


@pytest.mark.parametrize(
    ("place", "tokens", "written"),
    [
        ("count", [ScanToken("952"), F3, ScanToken("8"), ScanToken("4711")], 4),
        ("count", [ScanToken("USR:BOB"), ScanToken("4711")], 0),
        ("count", [ScanToken("952"), ScanToken("]C0usr:BOB"), ScanToken("4711")], 1),
        ("count", [ScanToken("9")], 1),
        ("menu", [ScanToken("1"), ScanToken("952")], 2),
        ("menu", [ScanToken("9"), ScanToken("ANN"), ScanToken("4711")], 0),
        ("count", [F3, ScanToken("9"), ScanToken("BOB"), ScanToken("4711")], 1),
        ("count", [F10, ScanToken("9"), ScanToken("BOB"), ScanToken("4711")], 1),
        ("location", [F3, ScanToken("BOB"), ScanToken("4711")], 0),
        ("menu", [ScanToken("8"), F3, ScanToken("BOB"), ScanToken("4711")], 1),
    ],
)
def test_nothing_is_written_down_from_where_a_pin_may_be_asked_for(place: str, tokens: list[Token], written: int) -> None:
    watch = Watch(Owner("ANN", 1, place))
    assert [watch.take(token) for token in tokens] == [True] * written + [False] * (len(tokens) - written)


def test_while_nobody_is_signed_in_nothing_is_written_down() -> None:
    assert not Watch(None).take(ScanToken("952"))
