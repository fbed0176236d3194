"""Help has a text for every step of every job, and every text belongs to a step. Roles may what they may."""

import re
from pathlib import Path

import pytest

import stockterm.flows
from db.core.errors import PermissionDenied
from db.queries.people import UserFacts
from stockterm.flows import help as help_texts
from stockterm.flows.help import COMMANDS, STEPS
from stockterm.flows.jobs import JOBS
from stockterm.flows.rights import Right, may, require
from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_warehouse, counting, purchased, signed_in
from tests.support.databases import OpenDatabase

PCS = "9528765432108"
FLOWS = Path(stockterm.flows.__file__).parent


def shown(worker: Worker) -> str:
    text = worker.key(Command.HELP).view.text[-1]
    worker.key(Command.HELP, Command.HELP)
    return text


def test_every_step_that_a_flow_names_has_its_help() -> None:
    for job in ("count", "adjust", "move", "link", "look_up"):
        code = (FLOWS / f"{job}.py").read_text()
        named = set(re.findall(r'step="(\w+)"', code)) | set(re.findall(r'step == "(\w+)"', code))
        missing = {step for step in named if f"{job}.{step}" not in STEPS}
        assert missing == set(), job


def test_help_is_about_the_step_and_then_about_the_keys(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    worker = Worker()
    assert "badge" in shown(worker)
    worker.scan("B-ANN-7391")
    assert "where you work" in shown(worker)
    worker.scan("LOC:EAST")
    assert "digit of a job" in shown(worker)
    worker.scan("1")
    assert "Scan the bin" in shown(worker)
    worker.scan("BIN:A-01")
    assert "12* before it" in shown(worker)
    worker.scan("SALINE")
    assert "lot" in shown(worker)
    worker.key(Command.HELP, Command.HELP)
    assert len(worker.view.text) == len(COMMANDS) == len(Command)
    worker.scan("L7")
    assert worker.view.text == ()


def test_every_job_has_help_at_its_first_step(database: OpenDatabase) -> None:
    a_warehouse()
    for digit in "12345":
        worker = signed_in("SUE", terminal=f"T{digit}").scan(digit)
        assert shown(worker) in STEPS.values()
        worker.key(Command.BACK, Command.BACK)


def test_help_changes_nothing(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS).key(Command.HELP, Command.HELP, Command.HELP)
    assert worker.view.quantity == "1 PCS"


def test_one_step_back_from_the_help_is_the_step_that_it_is_about(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS).key(Command.HELP)
    assert worker.view.text
    assert worker.key(Command.BACK).view.text == ()
    assert worker.view.quantity == "1 PCS"
    worker.key(Command.HELP, Command.HELP, Command.BACK)
    assert worker.view.quantity == "1 PCS"
    assert worker.key(Command.BACK).view.choices


LOOKING = {Right.LOOK_UP, Right.SEE_EXPECTED, Right.SEE_NUMBERS, Right.TRACE}
MOVING = LOOKING | {Right.COUNT, Right.POST_COUNT, Right.MOVE, Right.UNDO_POSTING}


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        ("viewer", {Right.LOOK_UP, Right.SEE_EXPECTED, Right.SEE_NUMBERS, Right.TRACE}),
        ("counter", {Right.LOOK_UP, Right.COUNT}),
        (
            "worker",
            set(Right)
            - {
                Right.LINK_CODE,
                Right.ORDER_COUNT,
                Right.ORDER_TRANSFER,
                Right.APPROVE_COUNT,
                Right.CHANGE_EXPIRY,
                Right.UNBLOCK_NUMBER,
                Right.EDIT_NUMBER,
                Right.SCRAP_BLOCKED,
                Right.SEE_COST,
                Right.CHANGE_POSTING_DATE,
                Right.CHANGE_MASTER_DATA,
                Right.CHANGE_USERS,
                Right.SEE_TERMINALS,
                Right.WORK_PRINT_QUEUE,
            },
        ),
        ("shipping", MOVING | {Right.SHIP, Right.SHIP_TRANSFER}),
        ("receiving", MOVING | {Right.RECEIVE, Right.RECEIVE_TRANSFER, Right.RELABEL, Right.BLOCK_NUMBER}),
        ("master_data", LOOKING | {Right.SEE_COST, Right.LINK_CODE, Right.EDIT_NUMBER, Right.CHANGE_MASTER_DATA}),
        ("supervisor", set(Right)),
        (
            "controller",
            {
                Right.LOOK_UP,
                Right.SEE_EXPECTED,
                Right.COUNT,
                Right.POST_COUNT,
                Right.ORDER_COUNT,
                Right.APPROVE_COUNT,
                Right.SEE_COST,
                Right.CHANGE_POSTING_DATE,
                Right.UNDO_POSTING,
                Right.SEE_NUMBERS,
                Right.TRACE,
                Right.BLOCK_NUMBER,
                Right.UNBLOCK_NUMBER,
                Right.EDIT_NUMBER,
            },
        ),
        ("administrator", set(Right)),
        ("nobody", set()),
    ],
)
def test_roles_have_these_rights_and_no_others(role: str, rights: set[Right]) -> None:
    user = UserFacts("ANN", "Ann", role, "", (), False, False, None, None)
    assert {right for right in Right if may(user, right)} == rights
    for right in set(Right) - rights:
        with pytest.raises(PermissionDenied):
            require(user, right)


def test_every_job_of_the_menu_says_what_it_is_for_and_no_other_does() -> None:
    assert set(help_texts.JOBS) == {job.name for job in JOBS if job.number}
