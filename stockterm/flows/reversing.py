"""F5 after a posting: the posting itself is taken back, after two digits."""

from datetime import date

from db.posting.lines import Header, Undo
from stockterm.flows import say
from stockterm.flows.outcome import Ask, At
from stockterm.flows.rights import Right, require
from stockterm.flows.view import Message
from stockterm.i18n import _

REVERSE = "reverse"  # the kind of the question


def ask_to_reverse(at: At, what: str) -> Ask:
    """Whether `what`, in words, is to be taken back."""
    require(at.user, Right.UNDO_POSTING)
    digits = say.two_digits()
    text = _("Reverse {what}? Type {digits}.").format(what=what, digits=digits)
    return Ask(REVERSE, text, values=(at.today.isoformat(),), digits=digits)


def reversal(at: At, ask: Ask, operation_id: str) -> Undo:
    """The undo of an operation, dated as the question was."""
    require(at.user, Right.UNDO_POSTING)
    header = Header(date.fromisoformat(ask.values[0]), operation_id=f"UNDO-{operation_id}", user_code=at.user.code)
    return Undo(header, operation_id)


def reversed_text(register_no: int) -> Message:
    """It is taken back."""
    return say.ok(_("Reversed, register {register}.").format(register=register_no))
