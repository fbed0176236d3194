"""Which lot, serial or package number was scanned: also one of which nothing is left, which the other jobs do not know."""

from collections.abc import Sequence

from db.core.codes import number_key
from db.queries.numbers import number_facts
from db.queries.trace import NumberOfItem, find_numbers
from stockterm.flows.choose import numbered
from stockterm.flows.goods import kind_in_words
from stockterm.flows.meaning import meaning_of, refuse
from stockterm.flows.outcome import Ask, At, Entry
from stockterm.flows.saved import from_text, to_text
from stockterm.flows.words import item_and_variant
from stockterm.i18n import _
from stockterm.scanning.resolve import (
    AttributesHit,
    DocumentHit,
    Expected,
    Fields,
    ItemHit,
    LotHit,
    PackageHit,
    Resolution,
    SerialHit,
    Unknown,
)

ASK = "which_number"  # the kind of question whose values are numbers


def numbers_scanned(at: At, entry: Entry, job: str) -> tuple[list[NumberOfItem], str]:
    """The numbers that a scan can mean, and the text that it said. Raises what `refuse` makes of anything else."""
    return numbers_of(meaning_of(at, entry, Expected.LOT), entry.raw.strip(), job)


def numbers_of(found: Resolution, text: str, job: str) -> tuple[list[NumberOfItem], str]:
    """The same of what a scan meant."""
    match found:
        case LotHit():
            return _of_kind("lot", found.lot_no, found.item_no), found.lot_no
        case SerialHit():
            return _of_kind("serial", found.serial_no, found.item_no), found.serial_no
        case PackageHit():
            return _of_kind("package", found.package_no, ""), found.package_no
        case ItemHit() if _number_on(found.fields):
            kind, number = _number_on(found.fields)[0]
            facts = number_facts(found.item_no, found.variant_code, kind, number)
            return [NumberOfItem(found.item_no, found.variant_code, kind, facts.number if facts else number)], number
        case AttributesHit() if _number_on(found.fields):
            kind, number = _number_on(found.fields)[0]
            return _of_kind(kind, number, found.item_no), number
        case Unknown(code):
            return find_numbers(code), code
        case DocumentHit():
            return [], found.document_no
        case _ if candidates := getattr(found, "candidates", ()):
            code = str(getattr(found, "code", text))
            return find_numbers(code) if any(isinstance(one, LotHit | SerialHit) for one in candidates) else [], code
        case _ if numbers := find_numbers(text):
            return numbers, text  # a bin or an item is spelt like it
        case _:
            raise refuse(found, _("Scan a lot, a serial or a package."), job)


def _number_on(fields: Fields) -> list[tuple[str, str]]:
    said = (("serial", fields.serial_no), ("lot", fields.lot_no), ("package", fields.package_no))
    return [(kind, number) for kind, number in said if number]


def _of_kind(kind: str, number: str, item_no: str) -> list[NumberOfItem]:
    return [one for one in find_numbers(number, item_no) if one.kind == kind and number_key(one.number) == number_key(number)]


def which(numbers: Sequence[NumberOfItem], text: str) -> Ask:
    """Several items, or several kinds, have this number."""
    said = _("{code} fits {count} items. Choose.").format(code=text, count=len(numbers))
    return Ask(ASK, said, numbered([number_in_words(one) for one in numbers]), tuple(map(to_text, numbers)))


def chosen(ask: Ask, choice: int) -> NumberOfItem:
    """The number that was chosen."""
    return from_text(NumberOfItem, ask.values[choice])


def number_in_words(one: NumberOfItem) -> str:
    """`1000 RED Lot L7`."""
    return f"{item_and_variant(one.item_no, one.variant_code)} {kind_in_words(one.kind)} {one.number}"
