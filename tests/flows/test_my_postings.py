"""My postings: today's registers of the user, undone where that is possible, and why not where it is not."""

from datetime import timedelta
from decimal import Decimal

from db.core import clock
from db.posting.lines import EntryType, Header, ItemJournalLine, PostedBy
from db.posting.post import post_operations
from stockterm.flows.my_postings import kind_in_words, operation_in_words
from stockterm.flows.tokens import Command
from stockterm.i18n import in_language
from stockterm.interchange.operations import OPERATIONS, Group
from tests.flows.warehouse import Worker, a_warehouse, counting, on_hand, purchased, signed_in, sold
from tests.support.databases import OpenDatabase

PCS = "9528765432108"


def after_an_adjustment(difference: str = "+4") -> Worker:
    a_warehouse()
    purchased("1000", "10")
    worker = signed_in().scan("2", "BIN:A-01", PCS, difference, "1").post()
    return worker.key(Command.BACK).key(Command.BACK) if worker.view.title.startswith("Adjust") else worker


def test_todays_postings_are_listed_and_one_is_shown(database: OpenDatabase) -> None:
    worker = after_an_adjustment().scan("5")
    assert len(worker.view.choices) == 1
    assert worker.view.choices[0].endswith(" Adjust +4 PCS 1000")
    worker.scan("1")
    assert "Reason FOUND Found" in worker.view.text
    assert "+4 1000 A-01" in worker.view.text


def test_posting_is_undone_after_the_two_digits_and_not_twice(database: OpenDatabase) -> None:
    worker = after_an_adjustment().scan("5", "1").key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said.startswith("Undone, register ")
    assert on_hand("1000") == 10
    assert "undone" in worker.view.choices[1]
    worker.scan("2").key(Command.UNDO).is_refused("Already undone")
    assert on_hand("1000") == 10


def test_goods_that_were_used_name_what_used_them(database: OpenDatabase) -> None:
    worker = after_an_adjustment()
    sold("1000", "12")
    worker.scan("5", "1").key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    worker.is_refused("Already used")
    assert on_hand("1000") == 2


def test_count_is_undone_with_its_differences(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = counting().scan(PCS, "7").post().scan("5", "1")
    assert worker.view.text[0].endswith(" Count 1 line")
    worker.key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert on_hand("1000") == 10


def test_files_come_after_what_was_done_at_terminals_and_the_history_of_a_demo_is_nobodys(database: OpenDatabase) -> None:
    a_warehouse()
    for source in ("demo", "interchange"):
        post_operations([received("1000", "10", document_no=f"PR-{source}")], PostedBy(source_code=source))
    signed_in().scan("3", "BIN:A-01", PCS, "4", "BIN:A-02").post()
    post_operations([received("NUT", "5", document_no="PR-2")], PostedBy(source_code="interchange"))
    listed = [one.split(" ", 2)[2] for one in signed_in("ANN", terminal="T2").key(Command.BACK).scan("5").view.choices]
    assert listed == ["Move 4 PCS 1000", "Purchase 5 PCS NUT PR-2", "Purchase 10 PCS 1000 PR-interchange"]


def received(item_no: str, quantity: str, *, document_no: str) -> ItemJournalLine:
    """What an ERP sends, in the name of ANN."""
    header = Header(clock.today(), document_no=document_no, user_code="ANN")
    return ItemJournalLine(header, EntryType.PURCHASE, item_no, Decimal(quantity), location_code="EAST", bin_code="A-01")


def test_every_operation_and_every_kind_of_entry_has_a_word_in_both_languages() -> None:
    posted = {name for name, one in OPERATIONS.items() if one.group is Group.POSTING}
    assert {"journal_line", "undo", "transfer_ship"} <= posted
    for language in ("en", "nb"):
        with in_language(language):
            words = [*map(operation_in_words, posted), *map(kind_in_words, (*EntryType, "movement"))]
            assert operation_in_words("of a later version") not in words


def test_only_own_postings_of_today_are_listed(database: OpenDatabase) -> None:
    after_an_adjustment()
    assert signed_in("BOB", terminal="T2").scan("5").view.choices == ()
    with clock.held_at(clock.now() + timedelta(days=2)):
        assert signed_in("ANN", terminal="T3").scan("5").said == "Nothing posted today."
