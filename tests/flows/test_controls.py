"""Controls below the screens: rights in posting, master data and exports, posting dates, badges. `operations.md` §17.

Numbers without gaps are held by tests/db/posting; dimensions are not part of this version.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from db.connection import fetch
from db.core.errors import PermissionDenied, UnknownCode
from db.core.rights import RIGHTS, Right
from db.masters.change import put_masters
from db.masters.change_log import ChangedBy
from db.masters.tables import ROLES
from db.posting.lines import (
    Count,
    CountLine,
    EntryType,
    Header,
    ItemJournalLine,
    PostedBy,
    PostingOperation,
    TransferOrder,
    TransferReceive,
    TransferShip,
    Undo,
)
from db.posting.post import Refused, post_operations
from db.posting.rights import may_post
from db.queries.exports import BOOKS, EXPORTS, Filters, as_seen
from stockterm.flows.tokens import Command
from tests.flows.warehouse import BADGES, Worker, a_line, a_warehouse, count_entries, counting, posted, purchased, signed_in
from tests.support.databases import OpenDatabase

PCS = "9528765432108"
FEBRUARY = (date(2027, 2, 1), date(2027, 2, 28))


@pytest.fixture(autouse=True)
def warehouse(database: OpenDatabase) -> None:
    a_warehouse()
    put_masters([("user", {"code": role.upper(), "role": role, "badge": f"B-{role}-99"}) for role in ROLES])


def refusals_of(*operations: PostingOperation, by: str = "") -> list[str]:
    """The codes of what is wrong."""
    try:
        post_operations(operations, PostedBy(by))
    except Refused as refused:
        return [error.code for refusal in refused.refusals.values() for error in refusal.errors]
    return []


def journal(entry_type: EntryType, user: str = "", *, on: date = date(2027, 1, 15)) -> ItemJournalLine:
    line = a_line(entry_type, "1000", "1", "EAST", "A-01")
    if entry_type is EntryType.TRANSFER:
        line = replace(line, new_location_code="EAST", new_bin_code="A-02")
    return replace(line, header=replace(line.header, user_code=user, posting_date=on))


# ---- Given counter role, when reading cost or expected via any screen or export, then absent ------------------------


def test_given_counter_role_when_reading_cost_or_expected_via_any_export_then_absent() -> None:
    purchased("1000", "7", at="12.34")
    count = Count(Header(date(2027, 1, 15)), "EAST", (CountLine(1, "1000", Decimal(5), bin_code="A-01"),))
    post_operations([count], PostedBy("ANN"))
    for name, export in EXPORTS.items():
        seen = as_seen(export, cost=False, expected=False)
        kinds = {kind for _name, kind in seen.columns}
        assert kinds.isdisjoint({"amount", "cost"}), name
        assert {column for column, kind in seen.columns if kind == "quantity"} <= {"quantity_counted"}, name
        for row in seen.rows(Filters()):
            assert len(row) == len(seen.columns)
            assert 123_400_0 not in row, name
            assert 1_234_000 not in row, name
    assert {"item-ledger", "on-hand", "warehouse-entries", "value-entries", "applications"} == BOOKS
    names = [name for name, _kind in as_seen(EXPORTS["count-entries"], cost=False, expected=False).columns]
    assert "quantity_counted" in names
    assert not {"quantity_expected", "difference", "unit_cost"} & set(names)


@pytest.mark.parametrize("job", ["1", "4", "10"])
def test_given_counter_role_when_reading_cost_or_expected_via_any_screen_then_absent(job: str) -> None:
    purchased("1000", "7777", at="98.76")
    worker = signed_in("CAT").scan(job)
    for text in ("BIN:A-01", PCS, "1000", "A-01"):
        worker.scan(text).key(Command.HELP, Command.HELP, Command.LIST, Command.BACK, Command.NEXT, Command.UNDO)
    for view in worker.views:
        shown = repr(view)
        assert "7777" not in shown, view
        assert "98.76" not in shown, view
        assert "98,76" not in shown, view


def test_given_counter_role_no_job_that_shows_costs_or_expected_can_be_begun() -> None:
    for job in ("2", "3", "5", "6", "7", "11", "13", "14", "16", "17"):
        signed_in("CAT", terminal=f"T{job}").scan(job).is_refused("may not")


# ---- rights are checked below the screens ---------------------------------------------------------------------------

NEEDED: dict[str, tuple[Callable[[str], PostingOperation], set[Right]]] = {
    "purchase": (lambda user: journal(EntryType.PURCHASE, user), {Right.RECEIVE}),
    "sale": (lambda user: journal(EntryType.SALE, user), {Right.SHIP}),
    "found": (lambda user: journal(EntryType.POSITIVE_ADJUSTMENT, user), {Right.ADJUST}),
    "scrap": (lambda user: journal(EntryType.NEGATIVE_ADJUSTMENT, user), {Right.ADJUST}),
    "move": (lambda user: journal(EntryType.TRANSFER, user), {Right.MOVE}),
    "count": (
        lambda user: Count(
            Header(date(2027, 1, 15), user_code=user), "EAST", (CountLine(1, "1000", Decimal(9), bin_code="A-01"),)
        ),
        {Right.POST_COUNT},
    ),
    "undo": (lambda user: Undo(Header(date(2027, 1, 15), user_code=user), "NO-SUCH"), {Right.UNDO_POSTING}),
    "transfer_order": (
        lambda user: TransferOrder(Header(date(2027, 1, 15), user_code=user), "TO-9", "EAST", "SHOP", "ROAD", ()),
        {Right.ORDER_TRANSFER},
    ),
    "transfer_ship": (lambda user: TransferShip(Header(date(2027, 1, 15), user_code=user), "TO-9", ()), {Right.SHIP_TRANSFER}),
    "transfer_receive": (
        lambda user: TransferReceive(Header(date(2027, 1, 15), user_code=user), "TO-9", ()),
        {Right.RECEIVE_TRANSFER},
    ),
}


@pytest.mark.parametrize("what", NEEDED)
def test_every_posting_asks_the_right_of_the_user_it_is_for_also_without_a_screen(what: str) -> None:
    purchased("1000", "50")
    make, needed = NEEDED[what]
    for role, rights in RIGHTS.items():
        refused = refusals_of(make(role.upper()))
        if not may_post(role):
            assert refused, role
        else:
            assert ("permission_denied" in refused) == (not rights & needed), role


def test_who_posts_for_somebody_else_needs_the_right_too() -> None:
    purchased("1000", "5")
    line = journal(EntryType.NEGATIVE_ADJUSTMENT, "SUPERVISOR")
    assert refusals_of(line, by="SHIPPING") == ["permission_denied"]
    assert refusals_of(line, by="WORKER") == []


def test_a_file_without_a_user_is_not_a_roles_business() -> None:
    purchased("1000", "5")
    assert refusals_of(journal(EntryType.NEGATIVE_ADJUSTMENT)) == []


def test_nothing_is_posted_for_a_blocked_user() -> None:
    put_masters([("user", {"code": "WORKER", "blocked": True})])
    assert refusals_of(journal(EntryType.PURCHASE, "WORKER")) == ["permission_denied"]


@pytest.mark.parametrize(
    ("kind", "fields", "roles"),
    [
        ("item", {"no": "NEW"}, {"master_data", "supervisor", "administrator"}),
        ("settings", {"allow_negative_inventory": False}, {"master_data", "supervisor", "administrator"}),
        ("barcode", {"barcode": "4711-X", "item": "1000", "uom": "PCS"}, {"master_data", "supervisor", "administrator"}),
        ("user", {"code": "DORA"}, {"supervisor", "administrator"}),
    ],
)
def test_master_data_asks_the_right_of_whoever_is_named(kind: str, fields: dict[str, object], roles: set[str]) -> None:
    allowed = set()
    for role in ROLES:
        try:
            put_masters([(kind, fields)], ChangedBy(role.upper()))
            allowed.add(role)
        except PermissionDenied:
            pass
    assert allowed == roles
    with pytest.raises(UnknownCode):
        put_masters([(kind, fields)], ChangedBy("NOBODY"))


# ---- posting dates --------------------------------------------------------------------------------------------------


def test_given_user_range_feb_when_posting_31_jan_then_refused_with_the_allowed_range() -> None:
    put_masters([("user", {"code": "WORKER", "allow_posting_from": FEBRUARY[0], "allow_posting_to": FEBRUARY[1]})])
    with pytest.raises(Refused) as refused:
        post_operations([journal(EntryType.PURCHASE, "WORKER", on=date(2027, 1, 31))], PostedBy())
    assert str(refused.value.first) == "2027-01-31 is closed. Allowed: 2027-02-01 to 2027-02-28."
    assert fetch("SELECT COUNT(*) FROM item_ledger_entry") == [(0,)]
    assert refusals_of(journal(EntryType.PURCHASE, "WORKER", on=date(2027, 2, 1))) == []


def test_a_users_range_goes_before_the_companys_and_the_screen_names_the_allowed_range_only_when_it_refuses() -> None:
    put_masters([("settings", {"allow_posting_from": FEBRUARY[0], "allow_posting_to": FEBRUARY[1]})])
    purchases = signed_in("ANN").scan("2", "BIN:A-01", PCS, "+5", "1")
    assert not any("2027-02" in repr(view) for view in purchases.views)
    purchases.post().is_refused("is closed. Allowed: 2027-02-01 to 2027-02-28.")
    put_masters([("user", {"code": "ANN", "allow_posting_from": date(2020, 1, 1), "allow_posting_to": date(2099, 1, 1)})])
    purchases.key(Command.BACK).post().is_ok()


# ---- badges and PINs ------------------------------------------------------------------------------------------------


def test_given_badge_switch_mid_count_then_the_lines_before_and_after_carry_different_users() -> None:
    purchased("1000", "1")
    worker = counting("ANN").scan(PCS).scan(BADGES["BOB"]).scan("NUT")
    worker.post()
    assert len(count_entries()) == 2
    rows = fetch("SELECT item_no, counted_by FROM counted_line ORDER BY line_no")
    assert rows == [("1000", "ANN"), ("NUT", "BOB")]


def test_pin_wrong_says_how_many_tries_are_left_and_then_makes_wait() -> None:
    put_masters([("user", {"code": "PAT", "pin": "4711"})])
    worker = Worker().scan("PAT", "1111")
    assert worker.said == "PIN wrong (2 tries left)."
    assert worker.scan("1112").said == "PIN wrong (1 try left)."
    assert worker.scan("1113").said.startswith("PIN wrong. Wait 30 seconds")
    assert worker.scan("PAT", "4711").said.startswith("PIN wrong. Wait"), "also with the right one"
    assert fetch("SELECT COUNT(*) FROM scan_log") == [(0,)]


def test_badge_unknown() -> None:
    assert Worker().scan("B-NOBODY-1").said.startswith("Badge unknown")


def test_you_may_not_approve_your_own_count() -> None:
    purchased("1000", "5")
    posted(journal(EntryType.PURCHASE))
    sue = signed_in("SUE").scan("13")

    def choose(text: str) -> None:
        sue.key(Command.CLEAR)
        [number] = [one.split(" ")[0] for one in sue.view.choices if one.split(" ", 1)[1].startswith(text)]
        sue.scan(number)

    choose("New order")
    choose("Make the order")
    sue.key(Command.BACK, Command.BACK).scan("10", "BIN:A-01", PCS, "6").post()
    sue.scan("13")
    choose("CO1")
    choose("Finish")
    choose("Approve")
    if sue.view.choices:
        sue.scan("1")
    if sue.view.prompt.startswith("Type "):
        sue.scan(sue.view.prompt.removeprefix("Type "))
    sue.is_refused("own count")


def test_whoever_blocks_a_lot_at_the_shelf_stands_in_the_change_log() -> None:
    purchased("SALINE", "4", lot="L7")
    worker = signed_in("ANN", terminal="RF-7").scan("12", "LOT:L7")
    [number] = [one.split(" ")[0] for one in worker.view.choices if one.split(" ", 1)[1].startswith("Block now")]
    worker.scan(number).key(Command.POST).is_ok()
    rows = fetch(
        "SELECT user_code, terminal, source_code, kind, field, old_value, new_value FROM change_log WHERE kind = 'number'"
    )
    assert ("ANN", "RF-7", "trace", "number", "blocked", "false", "true") in rows
