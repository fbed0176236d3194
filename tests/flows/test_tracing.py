"""Job 12, Trace: both directions, the recall list, and block now from one scan. `operations.md` §13."""

from decimal import Decimal

from db.connection import fetch
from db.core import clock
from db.posting.lines import EntryType, Header, ItemJournalLine, TrackingLine
from db.queries.numbers import number_facts
from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_line, a_warehouse, posted, purchased, signed_in
from tests.support.databases import OpenDatabase


def a_history() -> None:
    """10 of lot V came with R7; 3 went to C1 and 2 to C2; 4 went to SHOP and were relabelled V2 there."""
    tracking = TrackingLine(None, "V")
    posted(
        ItemJournalLine(
            Header(clock.today(), document_no="R7"),
            EntryType.PURCHASE,
            "SALINE",
            Decimal(10),
            location_code="EAST",
            bin_code="A-01",
            tracking=(tracking,),
            unit_cost=Decimal(1),
        )
    )
    for document, much in (("C1", 3), ("C2", 2)):
        posted(
            ItemJournalLine(
                Header(clock.today(), external_document_no=document),
                EntryType.SALE,
                "SALINE",
                Decimal(much),
                location_code="EAST",
                bin_code="A-01",
                tracking=(tracking,),
            )
        )
    posted(a_line(EntryType.TRANSFER, "SALINE", "4", "EAST", "A-01", tracking=(tracking,), new_location_code="SHOP"))
    posted(a_line(EntryType.TRANSFER, "SALINE", "4", "SHOP", "", tracking=(TrackingLine(None, "V", new_lot_no="V2"),)))


def tracing(user: str = "ANN", *, terminal: str = "T1") -> Worker:
    return signed_in(user, terminal=terminal).scan("12")


def blocked() -> list[tuple[str, str, str]]:
    return fetch("SELECT number, block_reason, blocked_by FROM tracking_number WHERE blocked ORDER BY number")


def test_one_scan_says_where_it_came_from_where_it_is_and_where_it_went(database: OpenDatabase) -> None:
    a_warehouse()
    a_history()
    worker = tracing().scan("V")
    today = clock.today().isoformat()
    assert worker.view.title == "V"
    assert worker.view.choices[:3] == (
        f"1 R7 {today}",
        "2 5 PCS in 2 places",
        "3 Out 5 PCS, 2 doc.",
    )


def test_each_line_opens_what_it_says_and_f3_goes_back(database: OpenDatabase) -> None:
    a_warehouse()
    a_history()
    worker = tracing().scan("V")
    assert worker.scan("1").view.text[0].endswith("10 V EAST R7")
    worker.key(Command.BACK).scan("2")
    assert [line.strip() for line in worker.view.text] == ["Here now:", "EAST A-01 V 1", "SHOP V2 4"]
    worker.key(Command.BACK).scan("3")
    assert [line.split()[1:] for line in worker.view.text[1:]] == [["C1", "V", "3"], ["C2", "V", "2"]]
    assert worker.key(Command.BACK).view.choices


def test_the_way_goes_through_transfers_and_relabelling_in_both_directions(database: OpenDatabase) -> None:
    a_warehouse()
    a_history()
    worker = tracing().scan("V").scan("6")
    assert [line.split()[1] for line in worker.view.text] == ["received", "sold", "sold", *["moved"] * 4]
    assert worker.view.text[1].startswith("  ")
    back = tracing("BOB", terminal="T2").scan("V2").scan("7")
    assert back.view.text[-1].endswith("10 V EAST R7")


def test_block_now_takes_the_number_and_what_became_of_it(database: OpenDatabase) -> None:
    a_warehouse()
    a_history()
    worker = tracing().scan("V", "4")
    assert worker.said == "Block V, V2 now, as a recall?"
    worker.key(Command.BACK)
    assert blocked() == []
    worker.scan("4").key(Command.POST)
    assert worker.said == "Blocked V, V2."
    assert blocked() == [("V", "Recall V", "ANN"), ("V2", "Recall V", "ANN")]
    assert tracing("BOB", terminal="T2").scan("V", "4").said == "Blocked already."


def test_given_block_now_when_any_other_session_scans_the_lot_then_refused_from_that_moment(database: OpenDatabase) -> None:
    a_warehouse()
    a_history()
    other = signed_in("BOB", terminal="T2").scan("2", "BIN:A-01", "SALINE", "V")
    assert other.view.prompt == "+ or -"
    tracing().scan("V", "4").key(Command.POST)
    other.scan("-1").is_refused("Blocked: lot V. Recall V")


def test_block_now_with_a_reason_of_its_own(database: OpenDatabase) -> None:
    a_warehouse()
    a_history()
    tracing().scan("V", "4").key(Command.LIST).scan("glass in it")
    found = number_facts("SALINE", "", "lot", "V")
    assert found is not None
    assert found.block_reason == "glass in it"


def test_entries_are_found_by_document_and_by_number_table_by_table(database: OpenDatabase) -> None:
    a_warehouse()
    a_history()
    worker = tracing().scan("C1")
    assert worker.said == "Document C1: 1 entry"
    worker.scan("3")
    assert worker.view.choices == ("1 postings: 1", "2 item ledger: 1", "3 value entries: 1")
    worker.scan("2")
    assert "sold SALINE V EAST A-01 -3 C1" in worker.view.text[0]
    worker.key(Command.BACK, Command.BACK).scan("2")
    assert worker.view.text[-1].endswith("10 V EAST R7")
    by_number = tracing("BOB", terminal="T2").scan("V", "8")
    assert by_number.view.choices[0] == "1 in stock: 1"


def test_the_recall_list_is_printed_on_as_many_labels_as_it_takes(database: OpenDatabase) -> None:
    from db.masters.change import put_masters

    a_warehouse()
    a_history()
    worker = tracing().scan("V", "9")
    worker.is_refused("No printer")
    put_masters([("printer", {"code": "P1", "kind": "file", "address": "/tmp/recall", "width_mm": 60, "height_mm": 30})])
    worker.key(Command.BACK).scan("9")
    assert worker.said.endswith("at P1."), worker.said
    (title, labels, data) = fetch("SELECT title, label_count, data FROM print_job")[0]
    assert (title, labels) == ("Recall V", data.count("^XA"))
    assert labels > 1
    for word in ("C1", "C2", "SHOP V2 4", "R7"):
        assert word in data


def test_a_number_that_nobody_knows_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    tracing().scan("NOTHING").is_refused("Unknown")


def test_a_lot_that_is_gone_altogether_is_traced_all_the_same(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "2", lot="GONE")
    posted(a_line(EntryType.SALE, "SALINE", "2", "EAST", "A-01", tracking=(TrackingLine(None, "GONE"),)))
    worker = tracing().scan("gone")
    assert worker.view.choices[1:3] == ("2 Nothing here now", "3 Out 2 PCS, 1 doc.")
