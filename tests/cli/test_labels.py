"""`stockterm labels`: every kind into every form, printers, the queue, and no label that fails without a word."""

import os
import pty
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import cairosvg
import pytest

from tests.labels.printers import closed_port, loopback_printer
from tests.labels.reading import Read, read_svg
from tests.labels.zpl_reading import labels_of
from tests.support.program import Answer, Company, a_location, a_purchase, an_item, call

PIECE, SSCC = "09501101530003", "095011015300000010"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Company:
    return Company(sqlite_url, tmp_path).posted(
        a_location("MAIN", bin_mandatory=True),
        {"op": "bin", "location": "MAIN", "code": "A-01", "zone": "FAST"},
        {"op": "bin", "location": "MAIN", "code": "A-02"},
        {"op": "tracking_code", "code": "LOT", "lot": True, "package": True},
        an_item("1000", gtin=PIECE, description="Milk", tracking_code="LOT"),
        {"op": "user", "code": "ANN", "name": "Ann", "badge": "K7Q2"},
    )


@pytest.fixture
def labels(company: Company) -> "Labels":
    return Labels(company.url)


class Labels:
    """The command on one database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, *arguments: str) -> Answer:
        return call("--database", self.url, "labels", *arguments)

    def zpl(self, file: Path, *arguments: str) -> list[Read]:
        """What a reader makes of the labels that a command writes as ZPL, from the first to the last."""
        answer = self(*arguments, "-o", str(file))
        assert answer.status == 0, answer.err
        return [read for label in labels_of(file.read_text()) for read in label.read() for _copy in range(label.copies)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("item", "1000"), [Read("]E0", PIECE[1:])]),
        (("lot", "1000", "L-1", "--expires", "2027-03-31", "--count", "5"), [Read("]C1", f"01{PIECE}1727033110L-1\x1d305")]),
        (("lot", "1000", "--serial", "S1"), [Read("]C1", f"01{PIECE}21S1")]),
        (("sscc", SSCC, "--text", "To: Shop 7"), [Read("]C1", f"00{SSCC}")]),
        (("sscc", "--new", "7038010", "--serial", "8"), [Read("]C1", "00070380100000000089")]),
        (("bins", "main"), [Read("]C0", "BIN:A-01"), Read("]C0", "BIN:A-02")]),
        (("bins", "MAIN", "--bin", "A-02", "--copies", "2"), [Read("]C0", "BIN:A-02")] * 2),
        (("bins", "MAIN", "--zone", "fast"), [Read("]C0", "BIN:A-01")]),
        (("location", "MAIN"), [Read("]C0", "LOC:MAIN")]),
        (("badges",), [Read("]C0", "USR:K7Q2")]),
        (("document", "to-1", "TO-2"), [Read("]C0", "DOC:TO-1"), Read("]C0", "DOC:TO-2")]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_every_kind_of_label_is_written_and_read_back(
    labels: Labels, tmp_path: Path, arguments: tuple[str, ...], expected: list[Read]
) -> None:
    assert labels.zpl(tmp_path / "out.zpl", *arguments) == expected


@pytest.mark.parametrize("command", ["commands", "scanner-test"])
def test_sheets_need_no_database_and_print_on_paper(command: str, tmp_path: Path) -> None:
    file = tmp_path / "sheet.html"
    assert call("labels", command, "-o", str(file)).status == 0
    pages = re.findall(r"<svg.*?</svg>", file.read_text(), re.DOTALL)
    read = [one.text for page in pages for one in read_svg(page, 210)]
    assert {"CMD:POST", "12*"} <= set(read) or read.count("STOCKTEST") == 2


def test_every_form_is_read_back(labels: Labels, tmp_path: Path) -> None:
    from PIL import Image
    from zxingcpp import read_barcode

    for form in ("svg", "png", "html", "zpl"):
        file = tmp_path / f"label.{form}"
        assert labels("item", "1000", "-o", str(file)).status == 0
        if form == "svg":
            cairosvg.svg2png(url=str(file), write_to=str(tmp_path / "label.png"), scale=3, background_color="white")
        if form in ("svg", "png"):
            found = read_barcode(Image.open(tmp_path / "label.png"))
            assert found is not None
            assert found.text == PIECE[1:]


def test_a_logistic_label_on_paper_has_the_sscc_lowest(labels: Labels, company: Company, tmp_path: Path) -> None:
    goods = a_purchase("5", location="MAIN", bin="A-01", tracking=[{"lot": "L1", "package": SSCC, "quantity": "5"}])
    company.posted(goods)
    file = tmp_path / "pallet.html"
    assert labels("sscc", SSCC, "-o", str(file)).status == 0
    [page] = re.findall(r"<svg.*?</svg>", file.read_text(), re.DOTALL)
    read = [one.text for one in read_svg(page, 210)]
    assert sorted(read) == [f"00{SSCC}", f"02{PIECE}37510L1"] or sorted(read) == [f"00{SSCC}", f"02{PIECE}375\x1d10L1"]
    assert page.rindex(f"(00){SSCC}") > page.rindex("(02)")


def test_without_a_place_to_go_the_bars_are_drawn_on_the_terminal_where_they_fit(
    labels: Labels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    wide = labels("item", "1000").out
    assert "█▌" in wide or "▐" in wide
    assert "Milk" in wide
    monkeypatch.setenv("COLUMNS", "40")
    narrow = labels("item", "1000").out
    assert "█" not in narrow
    assert "57 columns" in narrow


class TestPrinters:
    def test_a_label_goes_to_the_printer_and_is_said_to_be_sent(self, labels: Labels) -> None:
        with loopback_printer() as loopback:
            assert labels("printer", "zebra", "--address", loopback.address, "--size", "60x40", "--location", "MAIN").status == 0
            answer = labels("item", "1000", "--printer", "zebra")
            assert (answer.status, answer.out) == (0, "Sent to ZEBRA: job 1.\n")
            [label] = labels_of(loopback.wait_for(1)[0])
        assert label.read() == [Read("]E0", PIECE[1:])]
        assert "printed" not in answer.out.lower()
        assert "ZEBRA: port" in labels("printers").out
        assert labels("queue").out == "Nothing is waiting.\n"

    def test_a_label_that_could_not_be_sent_is_said_to_be_kept_and_is_sent_later(self, labels: Labels) -> None:
        labels("printer", "ZEBRA", "--address", closed_port())
        answer = labels("item", "1000", "--printer", "ZEBRA")
        assert answer.status == 1
        assert answer.err == "stockterm: Not sent to ZEBRA: Connection refused. Job 1 stays in the queue.\n"
        queue = labels("queue").out
        assert "waiting" in queue
        assert "Connection refused" in queue
        assert "again at" in queue
        with loopback_printer() as loopback:
            labels("printer", "ZEBRA", "--address", loopback.address)
            answer = labels("retry")
            assert (answer.status, answer.out) == (0, "1 job to send.\nSent to ZEBRA: job 1.\n")
            assert labels("retry", "1").status == 0, "printed anew"
            assert len(loopback.wait_for(2)) == 2
        assert "sent" in labels("queue", "--all").out

    def test_a_label_that_is_too_large_for_the_printer_is_refused_and_not_queued(self, labels: Labels) -> None:
        labels("printer", "TINY", "--address", "127.0.0.1", "--size", "25x15")
        answer = labels("item", "1000", "--printer", "TINY")
        assert answer.status == 1
        assert "Label too small" in answer.err
        assert labels("queue").out == "Nothing is waiting.\n"

    def test_a_printer_that_is_off_keeps_its_jobs_and_a_job_can_be_taken_back(self, labels: Labels, tmp_path: Path) -> None:
        tray = tmp_path / "out.zpl"
        assert labels("printer", "TRAY", "--kind", "file", "--address", str(tray), "--off").status == 0
        assert labels("printers").out.rstrip().endswith(" off")
        for no in ("1000", "1000"):
            answer = labels("item", no, "--printer", "TRAY")
            assert answer.status == 1
            assert "Not sent to TRAY: switched off." in answer.err
        assert labels("cancel", "1").out == "Cancelled: job 1.\n"
        assert labels("printer", "TRAY", "--on").status == 0
        assert labels("send").out == "Sent to TRAY: job 2.\n"
        answer = labels("cancel", "1", "2")
        assert answer.status == 1
        assert "job 2 is sent" in answer.err
        assert len(labels_of(tray.read_text())) == 1

    def test_a_file_printer_of_the_command_line(self, labels: Labels, tmp_path: Path) -> None:
        labels("printer", "TRAY", "--kind", "file", "--address", str(tmp_path / "out.zpl"))
        assert labels("bins", "MAIN", "--printer", "TRAY").status == 0
        assert len(labels_of((tmp_path / "out.zpl").read_text())) == 2


class TestWrongCalls:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("lot", "1000"),
            ("sscc",),
            ("sscc", SSCC, "--new", "7038010", "--serial", "1"),
            ("sscc", "--new", "7038010"),
            ("item", "1000", "-o", "x.pdf"),
            ("item", "1000", "-o", "x.svg", "--printer", "P"),
            ("item", "1000", "-o", "x.svg", "--size", "large"),
            ("item", "1000", "-o", "x.svg", "--dpi", "1"),
            ("scanner-test", "--save"),
            ("send", "--watch", "--printer", "P"),
            ("lot", "1000", "L", "--expires", "soon"),
        ],
        ids=" ".join,
    )
    def test_a_call_that_makes_no_sense_is_exit_status_2(self, labels: Labels, arguments: tuple[str, ...]) -> None:
        answer = labels(*arguments)
        assert answer.status == 2, answer
        assert "Traceback" not in answer.err

    @pytest.mark.parametrize(
        "arguments",
        [("item", "NONE"), ("item", "1000", "--printer", "NONE"), ("bins", "NONE"), ("bins", "MAIN", "--bin", "X"),
         ("badges", "--user", "BOB"), ("retry", "77"), ("sscc", "--new", "12", "--serial", "1"), ("bins", "MAIN", "--zone", "X")],
        ids=" ".join,
    )  # fmt: skip
    def test_what_does_not_exist_is_one_line_and_exit_status_1(self, labels: Labels, arguments: tuple[str, ...]) -> None:
        answer = labels(*arguments)
        assert answer.status == 1
        assert len(answer.err.splitlines()) == 1


class TestCheckDigits:
    def test_bins_keep_their_digits_until_new_ones_are_asked_for(self, labels: Labels, tmp_path: Path) -> None:
        def digits(*more: str) -> list[str]:
            labels.zpl(tmp_path / "bins.zpl", "bins", "MAIN", *more)
            return [
                next(text for text in label.texts if text.isdigit()) for label in labels_of((tmp_path / "bins.zpl").read_text())
            ]

        first = digits()
        assert digits() == first
        assert all(new != old for new, old in zip(digits("--new-digits"), first, strict=True))


class TestScannerTest:
    def test_four_scans_on_a_real_terminal_set_up_the_profile(self, tmp_path: Path) -> None:
        settings = tmp_path / "settings.toml"
        environment = {
            **os.environ,
            "STOCKTERM_SETTINGS": str(settings),
            "STOCKTERM_TERMINAL": "RF-1",
            "STOCKTERM_LANGUAGE": "en",
        }
        master, slave = pty.openpty()
        program = subprocess.Popen(
            [sys.executable, "-m", "stockterm", "labels", "scanner-test", "--read", "--save"],
            cwd=ROOT, env=environment, stdin=slave, stdout=slave, stderr=slave,
        )  # fmt: skip
        os.close(slave)
        shown = b""
        while b"Ctrl-C" not in shown:
            shown += os.read(master, 1024)
        scans = ["STOCKTEST", "10STOCK|21TEST", "Az-Qy/]19 Wm+;*", "STOCKTEST"]
        os.write(master, "".join(f"~{scan}\r" for scan in scans).encode())
        try:
            while chunk := os.read(master, 1024):
                shown += chunk
        except OSError:
            pass  # the other end is closed
        assert program.wait(timeout=60) == 0, shown
        os.close(master)
        saved = tomllib.loads(settings.read_text())
        assert saved == {"terminals": {"RF-1": {"prefix": "~", "suffixes": ["\r"], "separators": "|"}}}
