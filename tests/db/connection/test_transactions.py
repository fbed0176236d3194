"""Transactions: all or nothing, one after the other, and tried again where they collided."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from db.connection import (
    IntegrityError,
    connection_scope,
    database,
    draw_number,
    draw_numbers,
    fetch,
    fetch_batch,
    for_update,
    in_write_transaction,
    is_postgresql,
    read_snapshot,
    savepoint,
    stream,
    watched_statements,
    write_batch,
)
from db.connection.session import Conflict
from db.core.errors import DatabaseUnavailable
from db.migrations.entry_numbers import create_entry_numbers
from tests.support.databases import OpenDatabase

INSERT = "INSERT INTO thing (entry_no, name) VALUES (?, ?)"
LEDGERS = ["thing", "other"]


@pytest.fixture(autouse=True)
def thing(bare_database: OpenDatabase) -> OpenDatabase:
    fetch("CREATE TABLE thing (entry_no BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL)")
    create_entry_numbers(LEDGERS)
    return bare_database


def names() -> list[str]:
    return [row[0] for row in fetch("SELECT name FROM thing ORDER BY entry_no")]


def insert(number: int, name: str) -> None:
    write_batch([(INSERT, [(number, name)])])


class Stop(Exception):
    pass


def test_a_transaction_that_raises_writes_nothing() -> None:
    def work() -> None:
        insert(1, "a")
        fetch("SELECT 1")
        insert(2, "b")
        raise Stop

    with pytest.raises(Stop):
        in_write_transaction(work)
    assert names() == []
    in_write_transaction(lambda: insert(1, "after"))
    assert names() == ["after"]


def test_the_last_write_of_a_transaction_can_still_refuse_all_of_it() -> None:
    def work() -> None:
        insert(1, "a")
        insert(1, "twice")

    with pytest.raises(IntegrityError):
        in_write_transaction(work)
    assert names() == []


def test_a_transaction_gives_back_what_its_work_returns() -> None:
    assert in_write_transaction(lambda: 42) == 42


def test_a_transaction_in_a_transaction_is_a_mistake() -> None:
    def nested() -> None:
        in_write_transaction(lambda: None)

    def snapshot() -> None:
        with read_snapshot():
            pass

    with pytest.raises(RuntimeError, match="already open"):
        in_write_transaction(nested)
    with pytest.raises(RuntimeError, match="already open"):
        in_write_transaction(snapshot)
    with pytest.raises(RuntimeError, match="already open"), database.atomic():
        nested()
    assert in_write_transaction(lambda: 1) == 1


def test_a_savepoint_takes_back_its_own_writes_only() -> None:
    def work() -> None:
        insert(1, "before")
        with pytest.raises(Stop), savepoint():
            insert(2, "inside")
            raise Stop
        with pytest.raises(Stop), savepoint():
            insert(2, "inside, sent")
            assert names() == ["before", "inside, sent"]
            raise Stop
        with savepoint():
            insert(3, "kept")
        insert(4, "after")

    in_write_transaction(work)
    assert names() == ["before", "kept", "after"]


def test_savepoints_nest() -> None:
    def work() -> None:
        with savepoint():
            insert(1, "outer")
            with pytest.raises(IntegrityError), savepoint():
                insert(1, "inner")
            insert(2, "outer too")

    in_write_transaction(work)
    assert names() == ["outer", "outer too"]


def test_an_expected_failure_in_a_savepoint_does_no_harm() -> None:
    def work() -> None:
        insert(1, "a")
        with pytest.raises(IntegrityError), savepoint():
            insert(1, "again")
        insert(2, "b")

    in_write_transaction(work)
    assert names() == ["a", "b"]


def test_a_failure_swallowed_without_a_savepoint_is_never_taken_for_a_commit(thing: OpenDatabase) -> None:
    def work() -> None:
        insert(1, "a")
        with pytest.raises(IntegrityError):
            fetch(INSERT, (1, "again"))

    if is_postgresql():
        with pytest.raises(RuntimeError, match="took everything back"):
            in_write_transaction(work)
        assert names() == []
    else:
        in_write_transaction(work)
        assert names() == ["a"]


def test_work_that_collided_is_done_again_and_counted_once() -> None:
    attempts: list[int] = []

    def work() -> None:
        attempts.append(1)
        insert(len(attempts), "try")
        if len(attempts) < 3:
            raise Conflict(problem="deadlock detected")

    in_write_transaction(work)
    assert (len(attempts), names()) == (3, ["try"])


def test_work_that_always_collides_ends_as_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.connection._PATIENCE_S", 0.05)

    def work() -> None:
        raise Conflict(problem="deadlock detected")

    with pytest.raises(DatabaseUnavailable, match="deadlock detected"):
        in_write_transaction(work)


def test_a_snapshot_does_not_see_what_is_written_meanwhile(thing: OpenDatabase) -> None:
    in_write_transaction(lambda: insert(1, "a"))

    def elsewhere() -> None:
        with connection_scope():
            in_write_transaction(lambda: insert(2, "b"))

    with read_snapshot():
        assert names() == ["a"]
        with ThreadPoolExecutor(1) as thread:
            thread.submit(elsewhere).result()
        assert names() == ["a"]
        assert list(stream("SELECT name FROM thing")) == [("a",)]
    assert names() == ["a", "b"]


def test_numbers_are_drawn_in_order_without_gaps_as_long_as_all_goes_well() -> None:
    assert in_write_transaction(lambda: draw_numbers({"thing": 3, "other": 1})) == {"thing": [1, 2, 3], "other": [1]}
    assert in_write_transaction(lambda: draw_numbers({"thing": 2})) == {"thing": [4, 5]}

    def twice() -> list[int]:
        return draw_numbers({"thing": 1})["thing"] + draw_numbers({"thing": 2})["thing"]

    assert in_write_transaction(twice) == [6, 7, 8]
    assert in_write_transaction(lambda: [draw_number("thing"), draw_number("thing")]) == [9, 10]


def test_numbers_of_a_transaction_that_failed_are_never_used_twice() -> None:
    drawn: list[int] = []

    def work() -> None:
        drawn.extend(draw_numbers({"thing": 2})["thing"])
        raise Stop

    with pytest.raises(Stop):
        in_write_transaction(work)
    in_write_transaction(lambda: insert(draw_numbers({"thing": 1})["thing"][0], "a"))
    assert names() == ["a"]


def test_numbers_of_a_savepoint_that_failed_are_not_given_out_again() -> None:
    def work() -> list[int]:
        drawn: list[int] = []
        with pytest.raises(Stop), savepoint():
            drawn += draw_numbers({"thing": 2})["thing"]
            raise Stop
        return drawn + draw_numbers({"thing": 1})["thing"]

    drawn = in_write_transaction(work)
    assert len(set(drawn)) == 3


def test_numbers_that_were_reserved_cost_no_trip_of_their_own() -> None:
    def work() -> dict[str, list[int]]:
        fetch_batch([(for_update("SELECT name FROM thing"), ())], reserve=lambda: {"thing": 3, "other": 2})
        drawn = draw_numbers({"thing": 2, "other": 1})
        insert(drawn["thing"][0], "a")
        return drawn

    with watched_statements() as watched:
        assert in_write_transaction(work) == {"thing": [1, 2], "other": [1]}
    assert watched.round_trips == (2 if is_postgresql() else 0)


def test_more_numbers_than_were_reserved_are_drawn_when_they_are_needed() -> None:
    def work() -> list[int]:
        fetch_batch([("SELECT 1", ())], reserve=lambda: {"thing": 2})
        return draw_numbers({"thing": 5})["thing"]

    drawn = in_write_transaction(work)
    assert drawn == sorted(set(drawn))
    assert len(drawn) == 5


def test_what_was_reserved_before_a_later_lock_is_not_used_after_it() -> None:
    """Somebody may have posted to that item in between: its numbers would no longer rise."""

    def work() -> int:
        fetch_batch([("SELECT 1", ())], reserve=lambda: {"thing": 5})
        with ThreadPoolExecutor(1) as thread:
            elsewhere = thread.submit(draw_elsewhere).result() if is_postgresql() else 0
        fetch(for_update("SELECT name FROM thing"))
        number = draw_numbers({"thing": 1})["thing"][0]
        assert number > elsewhere
        return number

    def draw_elsewhere() -> int:
        with connection_scope():
            return in_write_transaction(lambda: draw_numbers({"thing": 1})["thing"][0])

    in_write_transaction(work)


def test_numbers_outside_a_transaction_are_refused() -> None:
    with pytest.raises(RuntimeError, match="in_write_transaction"):
        draw_numbers({"thing": 1})


def test_threads_of_one_process_take_turns(thing: OpenDatabase) -> None:
    in_write_transaction(lambda: insert(1, "0"))
    barrier = threading.Barrier(4)

    def add() -> None:
        name = fetch(for_update("SELECT name FROM thing WHERE entry_no = 1"))[0][0]
        write_batch([("UPDATE thing SET name = ? WHERE entry_no = 1", [(str(int(name) + 1),)])])

    def thread() -> None:
        with connection_scope():
            barrier.wait()
            for _ in range(25):
                in_write_transaction(add)

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(thread) for _ in range(4)]:
            future.result()
    assert names() == ["100"]


def test_a_deadlock_does_not_reach_the_user(thing: OpenDatabase) -> None:
    in_write_transaction(lambda: write_batch([(INSERT, [(1, ""), (2, "")])]))
    barrier = threading.Barrier(2, timeout=30)
    met = threading.local()

    def both(first: int, second: int) -> None:
        for number in (first, second):
            name = fetch(for_update("SELECT name FROM thing WHERE entry_no = ?"), (number,))[0][0]
            fetch("UPDATE thing SET name = ? WHERE entry_no = ?", (name + "x", number))
            if is_postgresql() and not getattr(met, "once", False):
                met.once = True
                barrier.wait()

    def thread(first: int, second: int) -> None:
        with connection_scope():
            in_write_transaction(lambda: both(first, second))

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(thread, 1, 2), pool.submit(thread, 2, 1)]:
            future.result()
    assert names() == ["xx", "xx"]


def test_what_the_driver_prepares_for_peewee_never_takes_our_statements_along(thing: OpenDatabase) -> None:
    """psycopg prepares a query that comes again, and at a rollback it may forget all that is prepared, ours too."""
    assert fetch("SELECT entry_no FROM thing") == []
    for _ in range(8):
        database.get_columns("thing")
    with read_snapshot():
        fetch("SELECT entry_no FROM thing")
    database.get_columns("thing")
    assert fetch("SELECT entry_no FROM thing") == []
