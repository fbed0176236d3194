"""Posting files: all or nothing, every error at once, nothing twice, line by line where it is asked for."""

import json
from pathlib import Path

import pytest

from db.connection import close_database, fetch, open_database
from db.posting.lines import PostedBy
from stockterm.interchange import post as posting
from stockterm.interchange.post import post_file
from tests.support.program import Company, a_line, a_location, a_purchase, a_sale, an_item, call


@pytest.fixture
def company(database_url: str, tmp_path: Path) -> Company:
    return Company(database_url, tmp_path)


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Company:
    """A company on SQLite, for rules that have nothing to do with the database."""
    return Company(sqlite_url, tmp_path)


NO_NEGATIVE = {"op": "settings", "allow_negative_inventory": False}


class TestAllOrNothing:
    def test_a_file_is_posted_whole(self, company: Company) -> None:
        answer = company.post(a_location(), an_item(), a_purchase("10", id="P1"), a_sale("4", id="S1"))
        assert (answer.status, answer.err) == (0, "")
        assert answer.out == "2 operations posted; 2 master data records.\n"
        assert [(row["id"], row["quantity"]) for row in company.export("item-ledger")] == [("P1", "10"), ("S1", "-4")]

    def test_one_refused_line_takes_everything_back(self, company: Company) -> None:
        company.posted(a_location(), an_item())
        answer = company.post(an_item("2000"), a_purchase("10", id="P1"), a_sale("1", item="3000"))
        assert (answer.status, answer.codes) == (1, [(3, "unknown_code", "item")])
        assert company.export("item-ledger") == []
        assert [row["no"] for row in company.export("items")] == ["1000"]

    def test_after_a_refusal_its_ids_are_free(self, company: Company) -> None:
        company.posted(a_location(), an_item())
        assert company.post(a_purchase("10", id="P1"), a_sale("0", id="S1")).status == 1
        company.posted(a_purchase("20", id="P1"))

    def test_a_dry_run_checks_everything_and_keeps_nothing(self, company: Company) -> None:
        answer = company.post(a_location(), an_item(), a_purchase("10", id="P1"), options=["--dry-run"])
        assert answer.status == 0
        assert "nothing was kept" in answer.out
        assert company.export("items") == []
        answer = company.post(a_location(), a_purchase("10"), options=["--dry-run"])
        assert (answer.status, answer.codes) == (1, [(2, "unknown_code", "item")])

    def test_master_data_that_was_taken_back_is_not_remembered(self, small: Company) -> None:
        small.post(a_location(), an_item(costing_method="lifo", blocked=True), options=["--dry-run"])
        small.posted(a_location(), an_item(), a_purchase("10"))

    def test_master_data_may_change_between_postings_of_one_file(self, company: Company) -> None:
        answer = company.post(
            a_location(),
            an_item(),
            a_purchase("10"),
            an_item(blocked=True),
            a_sale("1"),
            an_item(blocked=False),
            a_sale("2", id="S2"),
        )
        assert answer.codes == [(5, "blocked", "item")]

    def test_an_empty_file_is_posted(self, small: Company) -> None:
        assert small.post("", "# nothing").out == "0 operations posted; 0 master data records.\n"

    def test_a_file_longer_than_a_run_is_posted_in_order(self, small: Company, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(posting, "RUN", 3)
        small.posted(
            NO_NEGATIVE, a_location(), an_item(), a_purchase("10"), *(a_sale("1", id=f"S{number}") for number in range(10))
        )
        assert [row["remaining_quantity"] for row in small.export("item-ledger")] == ["0"] * 11


class TestEveryErrorAtOnce:
    def test_errors_of_all_kinds_are_reported_in_the_order_of_their_lines(self, company: Company) -> None:
        company.posted(NO_NEGATIVE, a_location(), an_item(), an_item("2000"), an_item("3000", type="service"))
        answer = company.post(
            a_sale("1", item="1000"),
            "{oops",
            {"op": "item", "no": "4000", "colour": "red"},
            a_purchase("1", item="2000", location="RED"),
            {"op": "assembly", "item": "1000", "quantity": 1},
            a_sale("1.000001", item="2000"),
            a_line("positive_adjustment", "1", item="2000", reason="LOST"),
            {"op": "bin", "location": "GREEN", "code": "A1"},
            {"op": "undo", "of": "NOTHING"},
        )
        assert answer.status == 1
        assert answer.codes == [
            (1, "not_enough_stock", "quantity"),
            (2, "bad_json", ""),
            (3, "unknown_field", "colour"),
            (4, "unknown_code", "location"),
            (5, "not_supported", "op"),
            (6, "too_many_decimals", "quantity"),
            (7, "unknown_code", "reason"),
            (8, "unknown_code", "location"),
            (9, "unknown_reference", "of"),
        ]

    def test_what_lacks_only_because_of_a_refused_line_is_not_reported(self, company: Company) -> None:
        company.posted(NO_NEGATIVE, a_location(), an_item())
        answer = company.post(
            a_purchase("10", id="P1", invoiced=False, unit_cost="ten"),
            a_sale("4", id="S1"),
            {"op": "invoice", "id": "I1", "of": "P1"},
            {"op": "undo", "of": "S1"},
            a_sale("-1", applies_from="S1"),
        )
        assert answer.codes == [(1, "bad_value", "unit_cost")]

    def test_items_that_were_refused_are_not_missed_again(self, company: Company) -> None:
        company.posted(a_location())
        answer = company.post(
            an_item("1000", gtin="1"),
            a_purchase("1"),
            {"op": "unit_of_measure", "item": "1000", "code": "BOX", "quantity_per": "6"},
        )
        assert answer.codes == [(1, "bad_value", "gtin")]

    def test_a_consequence_of_a_later_line_is_reported(self, company: Company) -> None:
        company.posted(NO_NEGATIVE, a_location(), an_item())
        answer = company.post(a_sale("1"), a_purchase("x"))
        assert [line for line, _code, _field in answer.codes] == [1, 2]

    def test_other_goods_are_not_excused(self, company: Company) -> None:
        company.posted(NO_NEGATIVE, a_location(), an_item(), an_item("2000"))
        answer = company.post(a_purchase("x"), a_sale("1"), a_sale("1", item="2000"))
        assert [line for line, _code, _field in answer.codes] == [1, 3]

    def test_what_is_wrong_with_a_line_by_itself_is_always_reported(self, small: Company) -> None:
        answer = small.post(an_item(gtin="1"), a_purchase("x"), a_sale("1", colour=1))
        assert [line for line, _code, _field in answer.codes] == [1, 2, 3]

    def test_a_hopeless_file_is_given_up(self, small: Company, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(posting, "MOST_ERRORS", 600)
        answer = small.post(*["{"] * 2000)
        assert answer.status == 1
        assert 600 <= len(answer.errors) < 2000

    def test_an_error_object_says_line_code_field_and_message(self, small: Company) -> None:
        (error,) = small.post(a_location(), {"op": "bin", "location": "RED", "code": "A1"}).errors
        assert error == {
            "line": 2,
            "code": "unknown_code",
            "field": "location",
            "message": 'Unknown location "RED". Nothing was posted.',
        }

    def test_errors_as_text_name_file_line_code_and_field(self, small: Company, tmp_path: Path) -> None:
        file = tmp_path / "x.jsonl"
        file.write_text('\n{"op": "bin", "location": "RED", "code": "A1"}\n')
        answer = call("--database", small.url, "post", str(file))
        assert answer.err.splitlines() == [
            f'{file}:2: unknown_code (location): Unknown location "RED". Nothing was posted.',
            "Nothing was posted: 1 line is wrong.",
        ]


class TestOnce:
    def test_the_same_again_is_a_no_op_that_is_reported(self, company: Company) -> None:
        file = [a_location(), an_item(), a_purchase("10", id="P1"), a_sale("4", id="S1")]
        company.posted(*file)
        before = company.export("value-entries")
        answer = company.post(*file)
        assert (answer.status, answer.out) == (0, "0 operations posted; 2 master data records; 2 were posted before: P1, S1.\n")
        assert company.export("value-entries") == before

    def test_spelling_is_not_content(self, company: Company) -> None:
        company.posted(a_location(), an_item(), a_purchase("10", id="P1", at="2.50"))
        company.posted(a_purchase("10.0", id=" P1 ", at="2.5", item=" 1000 ", lot=None))

    def test_the_same_id_with_other_content_is_refused(self, company: Company) -> None:
        company.posted(a_location(), an_item(), a_purchase("10", id="P1"))
        assert company.post(a_purchase("11", id="P1")).codes == [(1, "duplicate_id", "id")]

    def test_the_same_id_twice_in_a_file_is_judged_alike(self, company: Company) -> None:
        company.posted(a_location(), an_item())
        answer = company.post(a_purchase("10", id="P1"), a_purchase("10", id="P1"))
        assert answer.out == "1 operation posted; 0 master data records; 1 was posted before: P1.\n"
        assert company.post(a_purchase("5", id="P2"), a_purchase("6", id="P2")).codes == [(2, "duplicate_id", "id")]

    def test_a_file_without_dates_can_be_repeated_on_another_day(self, small: Company, monkeypatch: pytest.MonkeyPatch) -> None:
        line = a_purchase("10", id="P1")
        del line["date"]
        small.posted(a_location(), an_item(), line)
        from datetime import date

        monkeypatch.setattr(posting, "today", lambda: date(2099, 1, 1))
        assert "1 was posted before: P1" in small.post(line).out


class TestEach:
    def test_bad_lines_are_reported_and_passed_over(self, company: Company) -> None:
        company.posted(NO_NEGATIVE, a_location(), an_item())
        answer = company.post(
            a_sale("1", id="S1"),
            "{",
            a_purchase("5", id="P1"),
            {"op": "item", "no": "2000", "gtin": "1"},
            a_sale("1", id="S2"),
            {"op": "reason", "code": "LOST"},
            a_purchase("5", id="P1"),
            {"op": "assembly", "item": "1000", "quantity": 1},
            options=["--each"],
        )
        assert answer.status == 1
        assert [(line, code) for line, code, _field in answer.codes] == [
            (1, "not_enough_stock"),
            (2, "bad_json"),
            (4, "bad_value"),
            (8, "not_supported"),
        ]
        assert answer.out == "2 operations posted; 1 master data record; 1 was posted before: P1; 4 lines refused.\n"
        assert [row["id"] for row in company.export("item-ledger")] == ["P1", "S2"]

    def test_all_good_is_exit_status_0(self, company: Company) -> None:
        assert company.post(a_location(), an_item(), a_purchase("5"), options=["--each"]).status == 0

    def test_it_does_not_go_with_a_dry_run(self, small: Company) -> None:
        assert small.post(a_location(), options=["--each", "--dry-run"]).status == 2


class TestWhereItComesFrom:
    def test_standard_input(self, small: Company) -> None:
        records = b'{"op": "reason", "code": "A"}\n{"op": "reason"}\n'
        answer = call("--database", small.url, "post", "-", stdin=records)
        assert answer.status == 1
        assert answer.err.startswith("line 2: missing_field (code): ")
        assert call("--database", small.url, "post", "-", stdin=records[:30]).status == 0

    def test_a_file_that_is_not_there_is_a_wrong_call(self, small: Company) -> None:
        answer = call("--database", small.url, "post", "nowhere.jsonl")
        assert answer.status == 2
        assert "nowhere.jsonl" in answer.err
        assert "Traceback" not in answer.err

    def test_a_pipe_is_read_although_it_can_be_read_only_once(self, small: Company, tmp_path: Path) -> None:
        import os
        import threading

        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=lambda: pipe.write_text(json.dumps(a_location()) + "\n"))
        writer.start()
        assert call("--database", small.url, "post", str(pipe)).status == 0
        writer.join()

    def test_post_makes_the_schema_in_an_empty_database(self, bare_url: str, tmp_path: Path) -> None:
        Company(bare_url, tmp_path).posted(a_location(), an_item(), a_purchase("1"))


class TestInterrupted:
    def test_ctrl_c_in_a_file_leaves_nothing(self, small: Company, tmp_path: Path) -> None:
        small.posted(a_location(), an_item())
        file = tmp_path / "long.jsonl"
        file.write_text("".join(json.dumps(a_purchase("1", id=f"P{number}")) + "\n" for number in range(1000)))
        seen = []

        def interrupt(what: str, share: float) -> None:
            seen.append(what)
            if what == "posting" and share > 0.5:
                raise KeyboardInterrupt

        open_database(small.url)
        try:
            with file.open("rb") as opened, pytest.raises(KeyboardInterrupt):
                post_file(opened, PostedBy(), progress=interrupt)
            assert "posting" in seen
            assert fetch("SELECT COUNT(*) FROM item_ledger_entry") == [(0,)]
        finally:
            close_database()

    def test_cost_changes_too_large_for_a_posting_are_forwarded_right_after_it(
        self, small: Company, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from db.posting import post as door

        monkeypatch.setattr(door.PostingRun.__init__, "__kwdefaults__", {"entries_at_once": 3})
        small.posted(a_location(), an_item(), a_purchase("10", id="P1", at="10", invoiced=False), *[a_sale("1")] * 10)
        small.posted({"op": "invoice", "of": "P1", "unit_cost": "12"})
        assert {row["cost_amount_actual"] for row in small.export("item-ledger") if row["entry_type"] == "sale"} == {"-12.00"}
