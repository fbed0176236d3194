"""The raw path: one spelling of a statement, the same rows, on both databases."""

from decimal import Decimal

import pytest

from db.connection import (
    IntegrityError,
    connection_scope,
    database,
    fetch,
    fetch_batch,
    in_write_transaction,
    is_postgresql,
    open_database,
    stream,
    watched_statements,
    write_batch,
)
from db.connection.pipeline import numbered, packed
from tests.support.databases import OpenDatabase

INSERT = "INSERT INTO thing (entry_no, name, open) VALUES (?, ?, ?)"


@pytest.fixture(autouse=True)
def thing(bare_database: OpenDatabase) -> OpenDatabase:
    fetch("CREATE TABLE thing (entry_no BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL, open BOOLEAN NOT NULL)")
    return bare_database


def written(*rows: tuple[object, ...]) -> None:
    in_write_transaction(lambda: write_batch([(INSERT, rows)]))


@pytest.mark.parametrize(
    "name", ["", "plain", "O'Neil; --", "?", "%s $1 {x}", "[/] \\ \x1d\n", "blåbær 箱 \U0001f4e6", 'double "quoted"', "x" * 40]
)
def test_text_comes_back_as_it_went_in(name: str) -> None:
    written((1, name, True))
    assert fetch("SELECT name FROM thing WHERE name = ?", (name,)) == [(name,)]


@pytest.mark.parametrize("number", [0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63) + 1])
def test_a_whole_number_of_64_bits_comes_back_exactly(number: int) -> None:
    written((number, "x", True))
    assert fetch("SELECT entry_no FROM thing WHERE entry_no = ?", (number,)) == [(number,)]


def test_a_sum_of_whole_numbers_is_a_whole_number() -> None:
    written((2**62, "a", True), (-(2**62) + 5, "b", False))
    ((total,),) = fetch("SELECT SUM(entry_no) FROM thing")
    assert (total, type(total)) == (5, int)


def test_a_flag_is_true_or_false() -> None:
    written((1, "a", True), (2, "b", False))
    assert [bool(row[0]) for row in fetch("SELECT open FROM thing ORDER BY entry_no")] == [True, False]
    assert fetch("SELECT entry_no FROM thing WHERE open") == [(1,)]


def test_a_mark_inside_quotes_is_no_parameter() -> None:
    assert fetch("SELECT '?', 'it''s ?', ? -- and ?", ("x",)) == [("?", "it's ?", "x")]
    assert numbered("a = ? AND \"b?\" = '?' AND c = ? -- ?") == b"a = $1 AND \"b?\" = '?' AND c = $2 -- ?"


def test_a_batch_answers_every_statement_in_order() -> None:
    written((1, "a", True))
    results = fetch_batch([("SELECT 1", ()), ("SELECT name FROM thing", ()), ("SELECT name FROM thing WHERE entry_no = ?", (9,))])
    assert results == [[(1,)], [("a",)], []]


def test_a_statement_without_rows_answers_with_an_empty_list() -> None:
    assert fetch("UPDATE thing SET name = 'x'") == []
    assert fetch_batch([]) == []


def test_many_rows_are_all_written_in_their_order() -> None:
    rows = [(number, f"n{number}", number % 2 == 0) for number in range(1, 7_000)]
    written(*rows)
    assert [(number, name, bool(flag)) for number, name, flag in fetch("SELECT * FROM thing ORDER BY entry_no")] == rows


def test_a_write_of_no_rows_does_nothing() -> None:
    in_write_transaction(lambda: write_batch([(INSERT, ())]))
    assert fetch("SELECT COUNT(*) FROM thing") == [(0,)]


def test_rows_given_to_a_write_may_be_changed_afterwards() -> None:
    def work() -> None:
        rows = [(1, "before", True)]
        write_batch([(INSERT, rows)])
        rows.clear()

    in_write_transaction(work)
    assert fetch("SELECT name FROM thing") == [("before",)]


def test_a_write_is_seen_by_the_next_read_of_its_transaction() -> None:
    def work() -> int:
        write_batch([(INSERT, [(1, "a", True), (2, "b", True)])])
        return fetch("SELECT COUNT(*) FROM thing")[0][0]  # type: ignore[no-any-return]

    assert in_write_transaction(work) == 2


def test_peewee_sees_what_the_raw_path_wrote_and_the_other_way_round() -> None:
    def work() -> tuple[object, object]:
        write_batch([(INSERT, [(1, "a", True)])])
        by_peewee = database.execute_sql("SELECT name FROM thing").fetchall()
        with database.atomic():
            database.execute_sql("INSERT INTO thing VALUES (2, 'b', TRUE)")
        return by_peewee, fetch("SELECT name FROM thing ORDER BY entry_no")

    assert in_write_transaction(work) == ([("a",)], [("a",), ("b",)])


def test_writing_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="in_write_transaction"):
        write_batch([(INSERT, [(1, "a", True)])])
    assert fetch("SELECT COUNT(*) FROM thing") == [(0,)]


def test_a_stream_gives_every_row_once() -> None:
    rows = [(number, "x", True) for number in range(5_000)]
    written(*rows)
    assert [
        row[0] for row in stream("SELECT entry_no FROM thing WHERE entry_no >= ? ORDER BY entry_no", (10,), size=100)
    ] == list(range(10, 5_000))


def test_two_streams_do_not_disturb_each_other_or_a_read() -> None:
    written(*[(number, "x", True) for number in range(50)])
    first = stream("SELECT entry_no FROM thing ORDER BY entry_no", size=7)
    second = stream("SELECT entry_no FROM thing ORDER BY entry_no DESC", size=5)
    pairs = [(one[0], other[0], fetch("SELECT COUNT(*) FROM thing")[0][0]) for one, other in zip(first, second, strict=True)]
    assert pairs == [(number, 49 - number, 50) for number in range(50)]


def test_a_broken_rule_of_the_database_is_the_same_error_on_both() -> None:
    written((1, "a", True))
    with pytest.raises(IntegrityError):
        written((1, "b", True))
    with pytest.raises(IntegrityError):
        fetch("INSERT INTO thing VALUES (2, NULL, TRUE)")
    assert fetch("SELECT name FROM thing") == [("a",)]


def test_a_statement_that_failed_can_be_used_again() -> None:
    """On PostgreSQL it is prepared; a batch that failed must not leave a wrong note of what is."""
    written((1, "a", True))
    for _ in range(3):
        with pytest.raises(IntegrityError):
            written((1, "again", True))
        with pytest.raises(Exception, match="no_such_table"):
            fetch_batch([("SELECT 1 + 1", ()), ("SELECT * FROM no_such_table", ()), ("SELECT 2 + 2", ())])
        assert fetch("SELECT 2 + 2") == [(4,)]
    written((2, "b", True))
    assert fetch("SELECT COUNT(*) FROM thing") == [(2,)]


def test_a_nul_character_is_never_cut_off_in_silence() -> None:
    try:
        written((1, "a\0b", True))
    except Exception as refused:
        assert "NUL" in str(refused)
    else:
        assert fetch("SELECT name FROM thing") == [("a\0b",)]


def test_a_table_that_was_upgraded_meanwhile_is_read_as_it_is_now() -> None:
    written((1, "a", True))
    assert len(fetch("SELECT * FROM thing")[0]) == 3
    database.execute_sql("ALTER TABLE thing ADD COLUMN note VARCHAR(10)")
    assert len(fetch("SELECT * FROM thing")[0]) == 4
    database.execute_sql("ALTER TABLE thing ADD COLUMN more VARCHAR(10)")
    assert in_write_transaction(lambda: len(fetch("SELECT * FROM thing")[0])) == 5


def test_a_posting_is_two_round_trips(thing: OpenDatabase) -> None:
    def work() -> None:
        fetch_batch([("SELECT name FROM thing", ()), ("SELECT 1", ())])
        write_batch([(INSERT, [(1, "a", True)])])
        write_batch([("UPDATE thing SET open = ? WHERE entry_no = ?", [(False, 1)])])

    with watched_statements() as watched:
        in_write_transaction(work)
    assert watched.round_trips == (2 if is_postgresql() else 0)
    assert watched.statements == [
        "BEGIN",
        "SELECT name FROM thing",
        "SELECT 1",
        INSERT,
        "UPDATE thing SET open = ? WHERE entry_no = ?",
        "COMMIT",
    ]
    assert [bool(row[0]) for row in fetch("SELECT open FROM thing")] == [False]


def test_watching_sees_peewee_too() -> None:
    with watched_statements() as watched:
        database.execute_sql("SELECT 1")
        fetch("SELECT 2")
    assert watched.statements == ["SELECT 1", "SELECT 2"]


def test_an_insert_of_many_rows_is_packed_into_few_statements() -> None:
    sql = "INSERT INTO t (a, b) VALUES (?, ?)"
    statements = packed(sql, [(number, -number) for number in range(69)])
    assert [len(params) // 2 for _, params in statements] == [64, 4, 1]
    assert [value for _, params in statements for value in params[::2]] == list(range(69))
    for other in ("UPDATE t SET a = ?", f"{sql} ON CONFLICT DO NOTHING", f"{sql} RETURNING a", "INSERT INTO t SELECT ?"):
        assert packed(other, [(1, 2), (3, 4)]) == [(other, (1, 2)), (other, (3, 4))]


def test_rows_of_unequal_length_are_refused() -> None:
    with pytest.raises(Exception, match=r"length|bindings"):
        written((1, "a", True), (2, "b"))
    assert fetch("SELECT COUNT(*) FROM thing") == [(0,)]


def test_a_decimal_is_no_value_of_the_raw_path(thing: OpenDatabase) -> None:
    """Numbers are scaled integers here; a forgotten conversion must not store something else."""
    with pytest.raises(Exception, match=r"(?i)decimal"):
        fetch("SELECT ?", (Decimal("1.5"),))


def test_a_thread_without_a_connection_is_told_so(thing: OpenDatabase) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def unconnected() -> None:
        fetch("SELECT 1")

    def connected() -> object:
        with connection_scope():
            return fetch("SELECT COUNT(*) FROM thing")

    with ThreadPoolExecutor(1) as thread:
        with pytest.raises(RuntimeError, match="no database connection"):
            thread.submit(unconnected).result()
        assert thread.submit(connected).result() == [(0,)]
        with pytest.raises(RuntimeError, match="no database connection"):
            thread.submit(unconnected).result()


def test_opening_another_database_closes_the_first(thing: OpenDatabase) -> None:
    open_database("sqlite:///:memory:")
    with pytest.raises(Exception, match="thing"):
        fetch("SELECT * FROM thing")
    open_database(thing.url)
    assert fetch("SELECT * FROM thing") == []
