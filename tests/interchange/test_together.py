"""Two files at once: each is posted whole, and what both bring is posted once."""

import threading
from pathlib import Path

from db.connection import connection_scope, fetch
from db.posting.lines import PostedBy
from stockterm.interchange.post import Report, post_file
from tests.support.databases import OpenDatabase


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def post(path: Path) -> Report:
    with path.open("rb") as file:
        return post_file(file, PostedBy())


def post_at_once(*paths: Path) -> list[Report]:
    """Post files at the same moment, each over a connection of its own."""
    reports: dict[Path, Report] = {}
    start = threading.Barrier(len(paths))

    def work(path: Path) -> None:
        with connection_scope():
            start.wait(timeout=30)
            reports[path] = post(path)

    threads = [threading.Thread(target=work, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [reports[path] for path in paths]


def purchase(item: str, name: str) -> str:
    return (
        f'{{"op": "journal_line", "id": "{name}", "date": "2026-01-01", "type": "purchase", "item": "{item}", "location": "BLUE",'
        ' "quantity": "5", "unit_cost": "2"}'
    )


def test_the_same_file_from_two_sessions_is_posted_once(database: OpenDatabase, tmp_path: Path) -> None:
    lines = ['{"op": "location", "code": "BLUE"}', *[f'{{"op": "item", "no": "{no}"}}' for no in ("A", "B")]]
    lines += [purchase(no, f"{no}{number}") for number in range(20) for no in ("A", "B")]
    lines.append('{"op": "adjust_cost", "id": "X1"}')
    reports = post_at_once(write(tmp_path / "1.jsonl", *lines), write(tmp_path / "2.jsonl", *lines))
    assert sorted((report.posted, report.repeated, report.refused) for report in reports) == [(0, 41, 0), (41, 0, 0)]
    assert fetch("SELECT COUNT(*) FROM item_ledger_entry") == [(40,)]


def test_files_that_touch_the_same_items_in_another_order_do_not_block_each_other(database: OpenDatabase, tmp_path: Path) -> None:
    post(write(tmp_path / "0.jsonl", '{"op": "location", "code": "BLUE"}', *[f'{{"op": "item", "no": "{no}"}}' for no in "ABCD"]))
    up = [purchase(no, f"up-{no}{number}") for number in range(10) for no in "ABCD"]
    down = [purchase(no, f"down-{no}{number}") for number in range(10) for no in "DCBA"]
    reports = post_at_once(write(tmp_path / "1.jsonl", *up), write(tmp_path / "2.jsonl", *down))
    assert [(report.posted, report.refused) for report in reports] == [(40, 0), (40, 0)]
    assert {row[0] for row in fetch("SELECT quantity FROM item_total")} == {100 * 100_000}
