"""Lines become operations: exactly, and with everything that is wrong with a line named at once."""

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.posting.lines import Count, ItemJournalLine, Undo
from stockterm.interchange import reader
from stockterm.interchange.kinds import Several
from stockterm.interchange.operations import OPERATIONS, Group
from stockterm.interchange.postings import build
from stockterm.interchange.reader import Line, read_lines

TODAY = date(2026, 3, 1)


def read(text: str | bytes) -> Line:
    """The one operation in a text."""
    (line,) = read_lines(io.BytesIO(text.encode() if isinstance(text, str) else text))
    return line


def wrong(text: str | bytes) -> list[tuple[str, str]]:
    """Codes and fields of what is wrong with a line."""
    return [(error.code, error.field) for error in read(text).errors]


def a_line(fields: str) -> str:
    return f'{{"op": "journal_line", "type": "sale", "item": "A", "quantity": "1", {fields}}}'


class TestLines:
    def test_blank_lines_and_comments_are_passed_over_and_counted(self) -> None:
        text = b'\n# a comment\n  \r\n  # another\n{"op": "reason", "code": "A"}\r\n'
        assert [line.number for line in read_lines(io.BytesIO(text))] == [5]

    def test_a_byte_order_mark_is_passed_over(self) -> None:
        assert not read(b'\xef\xbb\xbf{"op": "reason", "code": "A"}').errors

    def test_the_last_line_needs_no_end(self) -> None:
        assert read('{"op": "reason", "code": "A"}').values == {"code": "A"}

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            "[]",
            "12",
            "null",
            '"op"',
            "{'op': 'item'}",
            '{"op": "item", "no": "A"} {}',
            '{"op": "item", "no": "A", "no": "B"}',
            '{"op": "item", "no": "A", "attributes": {"x": 1, "x": 2}}',
            '{"op": "item", "unit_cost": NaN}',
            '{"op": "item", "unit_cost": Infinity}',
            '{"op": "item", "unit_cost": -Infinity}',
            '{"op": "item", "unit_cost": ' + "9" * 5000 + "}",
            "[" * 100_000,
            b"\xff\xfe",
            b'{"op": "item", "no": "\xe6"}',
        ],
        ids=lambda text: str(text)[:30],
    )
    def test_what_is_no_json_object_is_refused(self, text: str | bytes) -> None:
        assert wrong(text) == [("bad_json", "")]

    def test_a_line_too_long_for_memory_is_refused_and_the_next_one_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reader, "LONGEST_LINE", 100)
        lines = list(read_lines(io.BytesIO(b"x" * 1000 + b'\n{"op": "reason", "code": "A"}\n')))
        assert [(line.number, [error.code for error in line.errors]) for line in lines] == [(1, ["bad_json"]), (2, [])]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("{}", ("missing_field", "op")),
            ('{"op": null}', ("missing_field", "op")),
            ('{"op": 1}', ("bad_value", "op")),
            ('{"op": "nothing"}', ("unknown_operation", "op")),
            ('{"op": "ITEM"}', ("unknown_operation", "op")),
        ],
    )
    def test_op_names_an_operation(self, text: str, expected: tuple[str, str]) -> None:
        assert wrong(text) == [expected]

    def test_everything_wrong_with_a_line_is_named(self) -> None:
        tracking = '[{"lot": 1}, 2, {"quantity": "1e400"}]'
        text = f'{{"op": "journal_line", "type": "gift", "quantity": "x", "colour": 1, "tracking": {tracking}}}'
        assert wrong(text) == [
            ("bad_value", "type"),
            ("bad_value", "quantity"),
            ("unknown_field", "colour"),
            ("bad_value", "tracking/1/lot"),
            ("bad_value", "tracking/2"),
            ("bad_value", "tracking/3/quantity"),
            ("missing_field", "item"),
        ]

    @given(st.binary(max_size=200))
    def test_no_bytes_whatever_end_the_program(self, data: bytes) -> None:
        for line in read_lines(io.BytesIO(data)):
            assert line.errors or line.operation

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(), lambda some: st.lists(some) | st.dictionaries(st.text(), some)
        )
    )
    def test_no_value_whatever_ends_the_program(self, value: object) -> None:
        for operation in OPERATIONS.values():
            line = reader.read_record(1, {"op": operation.name, **dict.fromkeys(operation.fields, value)})
            assert line.errors or operation.group is not Group.POSTING or line.values is not None


class TestValues:
    @pytest.mark.parametrize("text", ["1.10", '"1.10"', '" 1.1 "', "11e-1", '"+1.1"'])
    def test_decimals_come_as_text_or_numbers_and_are_read_exactly(self, text: str) -> None:
        assert read(f'{{"op": "item", "no": "A", "unit_cost": {text}}}').values["unit_cost"] == Decimal("1.1")

    @pytest.mark.parametrize("text", ["true", '"1,5"', '""', '"NaN"', '"１"', "[]", "{}", '"1_000"', "1e999", "92233720368548"])
    def test_what_is_no_decimal_is_refused(self, text: str) -> None:
        assert wrong(f'{{"op": "item", "no": "A", "unit_cost": {text}}}') == [("bad_value", "unit_cost")]

    def test_more_than_five_decimals_are_refused(self) -> None:
        assert wrong(a_line('"unit_cost": "1.000001"')) == [("too_many_decimals", "unit_cost")]
        assert not wrong(a_line('"unit_cost": "1.0000100"'))

    @pytest.mark.parametrize("text", ["1", "0", '"true"', "[]", '""'])
    def test_only_true_and_false_are_truths(self, text: str) -> None:
        assert wrong(a_line(f'"invoiced": {text}')) == [("bad_value", "invoiced")]

    @pytest.mark.parametrize(
        "text",
        ["2026-02-30", "2026-2-3", "20260203", "2026-W01-1", "03.02.2026", "2026-02-03T00:00", "２０２６-02-03", " 2026-02-03"],
    )
    def test_a_date_has_one_form(self, text: str) -> None:
        assert wrong(a_line(f'"date": "{text}"')) == [("bad_value", "date")]

    def test_codes_are_folded_and_numbers_keep_their_case(self) -> None:
        values = read(a_line('"location": " blå ", "lot": " Lot-a ", "document_no": "po 1"')).values
        assert (values["location"], values["lot"], values["document_no"]) == ("BLÅ", "Lot-a", "PO 1")

    @pytest.mark.parametrize("field", ["item", "lot", "document_no", "id", "external_document_no"])
    def test_text_is_text(self, field: str) -> None:
        text = f'{{"op": "journal_line", "type": "sale", "item": "A", "quantity": 1, "{field}": 12}}'.replace(
            '"item": "A", ', "", field == "item"
        )
        assert wrong(text) == [("bad_value", field)]

    @pytest.mark.parametrize("text", [r"A\u0000", r"A\u001dB", r"\ud800", r"A\nB", r"\u0085B"])
    @pytest.mark.parametrize("field", ["location", "lot", "id"])
    def test_control_characters_and_halves_of_characters_are_refused(self, field: str, text: str) -> None:
        assert wrong(a_line(f'"{field}": "{text}"')) == [("bad_value", field)]

    @pytest.mark.parametrize(("field", "length"), [("location", 40), ("lot", 90), ("id", 100), ("external_document_no", 50)])
    def test_text_is_as_long_as_its_column_at_most(self, field: str, length: int) -> None:
        assert not wrong(a_line(f'"{field}": "{"x" * length}"'))
        assert wrong(a_line(f'"{field}": "{"x" * (length + 1)}"')) == [("bad_value", field)]

    def test_a_pin_is_text_and_no_message_repeats_it(self) -> None:
        (error,) = read('{"op": "user", "code": "ANN", "pin": 1234}').errors
        assert error.field == "pin"
        assert "1234" not in str(error)

    def test_a_null_clears_a_field_of_master_data_and_is_nothing_elsewhere(self) -> None:
        assert read('{"op": "item", "no": "A", "description": null}').values == {"no": "A", "description": None}
        assert "lot" not in read(a_line('"lot": null')).values

    @pytest.mark.parametrize("value", ["null", '""', '"  "'])
    def test_a_required_field_has_to_say_something(self, value: str) -> None:
        assert wrong(f'{{"op": "reason", "code": {value}}}') == [("missing_field", "code")]
        assert wrong(f'{{"op": "undo", "of": {value}}}') == [("missing_field", "of")]


class TestOperationsOfTheContract:
    def test_every_operation_of_the_contract_is_known(self) -> None:
        later = {
            "item_charge", "revaluation", "assembly", "reserve",
            "unreserve", "sales_order", "purchase_order", "receive", "ship", "post_inventory_cost", "close_period",
            "reopen_period", "unapply", "apply",
        }  # fmt: skip
        posted = {
            "journal_line", "invoice", "count", "undo", "adjust_cost", "transfer_order", "transfer_ship", "transfer_receive",
            "change_expiry", "change_variant",  # additions of ours
            "transfer_close", "transfer_delete",  # additions of ours
        }  # fmt: skip
        masters = {
            "settings", "location", "bin", "tracking_code", "item", "variant", "lot", "serial", "unit_of_measure", "barcode",
            "category", "attribute", "bom_line", "catalog_item", "responsibility_center", "reason", "user",
            "printer", "number_series", "number_series_line", "transfer_route", "package",  # additions of ours
        }  # fmt: skip
        assert OPERATIONS.keys() == later | posted | masters
        assert {name for name, operation in OPERATIONS.items() if operation.group is Group.LATER} == later

    @pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.group is not Group.MASTER])
    def test_id_and_date_are_accepted_on_every_posting(self, name: str) -> None:
        header = '"id": "X", "date": "2026-01-01", "document_no": "D", "external_document_no": "E", "reason": "R", "user": "U"'
        errors = wrong(f'{{"op": "{name}", {header}}}')
        assert {code for code, _field in errors} <= {"missing_field"}


class TestPostings:
    def built(self, text: str) -> object:
        line = read(text)
        assert not line.errors
        assert line.operation is not None
        return build(line.operation.name, line.values, TODAY)

    def contradictions(self, text: str) -> list[str]:
        with pytest.raises(Several) as several:
            self.built(text)
        assert {error.code for error in several.value.errors} == {"bad_value"}
        return [error.field for error in several.value.errors]

    def test_the_date_is_today_unless_it_is_said(self) -> None:
        line = self.built(a_line('"lot": "L1"'))
        assert isinstance(line, ItemJournalLine)
        assert line.header.posting_date == TODAY

    def test_the_same_content_is_the_same_whatever_day_it_is_sent_and_however_it_is_spelt(self) -> None:
        hashes = set()
        for text, day in (
            ('{"op": "undo", "id": "U1", "of": "P1"}', TODAY),
            ('{"of": " P1 ", "id": "U1", "op": "undo", "reason": null}', date(2026, 3, 2)),
        ):
            line = read(text)
            hashes.add(build("undo", line.values, day).header.content_hash)
        assert len(hashes) == 1
        one = self.built('{"op": "invoice", "id": "I1", "of": "P1", "unit_cost": "12.50"}')
        other = self.built('{"op": "invoice", "id": "I1", "of": "P1", "unit_cost": 12.5}')
        third = self.built('{"op": "invoice", "id": "I1", "of": "P1", "unit_cost": 12.6}')
        assert one == other != third

    def test_an_undo_without_a_date_keeps_the_date_of_the_original(self) -> None:
        undo = self.built('{"op": "undo", "of": "P1"}')
        assert isinstance(undo, Undo)
        assert undo.keep_date

    def test_the_lines_of_a_count_are_numbered(self) -> None:
        count = self.built(
            '{"op": "count", "location": "BLUE", "lines": [{"item": "A", "counted": 0}, {"item": "b", "counted": "1.5"}]}'
        )
        assert isinstance(count, Count)
        assert [(line.line_no, line.item_no, line.counted) for line in count.lines] == [(1, "A", 0), (2, "B", Decimal("1.5"))]

    @pytest.mark.parametrize(
        ("text", "field"),
        [
            (a_line('"unit_cost": 1, "amount": 1'), "amount"),
            (a_line('"unit_price": 1, "sales_amount": 1'), "sales_amount"),
            (a_line('"lot": "L1", "tracking": []'), "lot"),
            (a_line('"new_location": "RED"'), "new_location"),
            (a_line('"tracking": [{"new_lot": "L2"}]'), "tracking/1/new_lot"),
            ('{"op": "journal_line", "type": "positive_adjustment", "item": "A", "quantity": -1}', "quantity"),
            ('{"op": "journal_line", "type": "transfer", "item": "A", "quantity": -1}', "quantity"),
            ('{"op": "journal_line", "type": "transfer", "item": "A", "quantity": 1, "invoiced": false}', "invoiced"),
            ('{"op": "count", "lines": [{"item": "A", "counted": -1}]}', "lines/1/counted"),
            ('{"op": "count", "lines": []}', "lines"),
        ],
        ids=lambda value: value if len(value) < 30 else "",
    )
    def test_fields_that_contradict_each_other_are_refused(self, text: str, field: str) -> None:
        assert self.contradictions(text) == [field]

    @pytest.mark.parametrize("type_", ["purchase", "sale"])
    def test_a_negative_quantity_is_a_return(self, type_: str) -> None:
        line = self.built(f'{{"op": "journal_line", "type": "{type_}", "item": "A", "quantity": "-2"}}')
        assert isinstance(line, ItemJournalLine)
        assert line.quantity == -2
