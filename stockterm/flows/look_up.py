"""What is this? Everything known about a scanned code. Changes nothing.

Who counts blind (a counter always, others while they have a part of a blind count in hand) sees what a thing is, and neither
where it lies nor how much of it there is.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from db.core.codes import number_key
from db.queries import about, people, places
from db.queries.items import item_facts, reasons, units_of, variants_of
from db.queries.numbers import number_facts
from db.queries.places import Content, bin_contents, bin_facts, item_contents
from db.queries.trace import find_numbers
from db.work import count_recordings
from stockterm.flows import choose, printing, say
from stockterm.flows.help import help_for
from stockterm.flows.meaning import hit_from_text, hit_to_text, meaning_of, refuse
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome
from stockterm.flows.rights import Right, may, require
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import as_printed, item_and_variant, number, place, quantity
from stockterm.i18n import _, format_date
from stockterm.scanning.resolve import (
    Ambiguous,
    AttributesHit,
    BinHit,
    DocumentHit,
    Empty,
    Expected,
    Fields,
    Hit,
    ItemHit,
    LocationHit,
    LotHit,
    Multiplier,
    PackageHit,
    ReasonHit,
    Resolution,
    SerialHit,
    Unknown,
    UserHit,
)

JOB = "look_up"


@dataclass(frozen=True, slots=True)
class LookUpState:
    """What is shown. `lines`: everything known, the most important first; `hit`: what it is, for its label."""

    step: str = "any"
    title: str = ""
    lines: tuple[str, ...] = ()
    hit: str = ""


def begin(at: At, state: LookUpState | None) -> Outcome:
    """Ask for a scan."""
    require(at.user, Right.LOOK_UP)
    return Outcome(LookUpState(), say.note(_("Scan anything.")))


def scan(at: At, state: LookUpState, entry: Entry) -> Outcome:
    """Show what it is."""
    require(at.user, Right.LOOK_UP)
    if state.step == "search":
        ask = choose.found_items(entry.raw)
        if ask is None:
            return Outcome(LookUpState(), say.warning(_("Nothing found for {text}.").format(text=entry.raw.strip())))
        return Outcome(LookUpState(), ask=ask)
    return take(at, meaning_of(at, entry, Expected.ANY))


def _sees_quantities(at: At) -> bool:
    """Whether it may be said where things lie and how many: not to who counts blind just now, whatever the role."""
    return may(at.user, Right.SEE_EXPECTED) and not count_recordings.counts_blind(at.user.code)


def take(at: At, found: Resolution) -> Outcome:
    """What is known about a hit."""
    match found:
        case Empty():
            return Outcome(LookUpState())
        case Multiplier(_, then) if then is not None:
            return take(at, then)
        case Ambiguous(code, candidates):
            return Outcome(LookUpState(), ask=choose.which_hit(code, candidates))
        case ItemHit():
            return _shown(found, found.item_no, _about_item(at, found))
        case LotHit(item_no=item_no) if item_no:
            return _shown(found, found.lot_no, _about_lot(at, found.item_no, found.variant_code, found.lot_no))
        case SerialHit(item_no=item_no) if item_no:
            return _shown(found, found.serial_no, _about_serial(at, found.item_no, found.variant_code, found.serial_no))
        case BinHit():
            return _shown(found, found.bin_code, _about_bin(at, found))
        case LocationHit():
            return _shown(found, found.location_code, _about_location(found.location_code))
        case PackageHit():
            return _shown(found, found.package_no, _about_package(at, found))
        case ReasonHit():
            description = dict(reasons()).get(found.reason_code, "")
            return _shown(found, found.reason_code, [_("Reason {code} {text}").format(code=found.reason_code, text=description)])
        case UserHit():
            return _shown(None, _("User"), _about_user(found.user_code))
        case DocumentHit():
            return _shown(found, found.document_no, [_("Document {no}").format(no=found.document_no)])
        case AttributesHit():
            return _shown(None, _("Label"), [_("A label without an item."), *_about_fields(found.fields)])
        case Unknown(code) if gone := _of_which_nothing_is_left(code):
            return take(at, gone[0]) if len(gone) == 1 else Outcome(LookUpState(), ask=choose.which_hit(code, gone))
        case _:
            raise refuse(found, _("Scan an item, a bin, a lot or a serial number."), JOB)


def _of_which_nothing_is_left(code: str) -> list[LotHit | SerialHit]:
    """Lots and serial numbers that were in stock once: a scan means those that are there, but here nothing is booked."""
    return [
        LotHit(one.number, one.item_no, one.variant_code)
        if one.kind == "lot"
        else SerialHit(one.number, one.item_no, one.variant_code)
        for one in find_numbers(code)
        if one.kind in ("lot", "serial")
    ]


def _shown(found: Hit | None, title: str, lines: list[str]) -> Outcome:
    hit = hit_to_text(found) if found is not None else ""
    return Outcome(LookUpState(title=title, lines=tuple(lines), hit=hit), say.ok(lines[0]), good=True)


def _about_item(at: At, hit: ItemHit) -> list[str]:
    facts = item_facts(hit.item_no, hit.variant_code, hit.uom_code)
    assert facts is not None
    lines = [f"{item_and_variant(facts.no, facts.variant_code)} {facts.variant_description or facts.description}".rstrip()]
    if facts.blocked or facts.variant_blocked:
        lines.append(_("BLOCKED"))
    if facts.type != "inventory":
        lines.append(_("Not stock: {type}").format(type=_(facts.type)))
    if hit.uom_code and facts.quantity_per is not None:
        lines.append(f"1 {hit.uom_code} = {quantity(facts.quantity_per, facts.base_uom)}")
    lines += _about_fields(hit.fields)
    variant = facts.variant_code or None
    if _sees_quantities(at) and facts.type == "inventory":
        contents = item_contents(facts.no, variant_code=variant)
        here = sum((one.quantity for one in contents if one.location_code == at.location.code), Decimal(0))
        everywhere = sum((one.quantity for one in contents), Decimal(0))
        lines.append(_("Here {here}, in all {all}").format(here=quantity(here, facts.base_uom), all=number(everywhere)))
        lines += _places(at, contents)
        lines += [_about_one_lot(one, facts.base_uom) for one in about.lots_in_stock(facts.no, at.location.code)]
    lines.append(_("Units: {units}").format(units=", ".join(f"{code} {number(per)}" for code, per in units_of(facts.no))))
    if variants := variants_of(facts.no):
        lines.append(_("Variants: {variants}").format(variants=", ".join(code for code, _text in variants)))
    if tracking := about.tracking_code_of(facts.no):
        lines.append(_("Tracking: {code}").format(code=tracking))
    if barcodes := about.barcodes_of(facts.no):
        shown = (f"{as_printed(code)} {unit}".rstrip() for code, _variant, unit in barcodes)
        lines.append(_("Barcodes: {barcodes}").format(barcodes=", ".join(shown)))
    if counted := about.last_counted(facts.no):
        lines.append(_("Counted: {date}").format(date=format_date(date.fromisoformat(counted))))
    return lines


def _places(at: At, contents: list[Content]) -> list[str]:
    """Where it lies: the bins here, then the other locations."""
    sums: dict[tuple[bool, str], Decimal] = {}
    for one in contents:
        here = one.location_code == at.location.code
        where = one.bin_code if here else f"{one.location_code} {one.bin_code}".rstrip()
        key = (not here, where or at.location.code)
        sums[key] = sums.get(key, Decimal(0)) + one.quantity
    return [f"{where}: {number(total)}" for (_other, where), total in sorted(sums.items())[:50]]


def _about_one_lot(one: about.LotFacts, unit: str) -> str:
    expires = f" {_('exp')} {format_date(one.expiration_date)}" if one.expiration_date else ""
    blocked = f" {_('BLOCKED')}" if one.blocked else ""
    amount = _("here {here}, in all {all}").format(here=quantity(one.here, unit), all=number(one.everywhere))
    return f"{_('Lot')} {one.lot_no}{expires}{blocked}: {amount}"


def _about_fields(fields: Fields) -> list[str]:
    """What else the label says."""
    said = [
        (_("Lot"), fields.lot_no),
        (_("Serial"), fields.serial_no),
        (_("Package"), fields.package_no),
        (_("Expiry"), format_date(fields.expiry) if fields.expiry else ""),
        (_("Quantity"), number(fields.quantity) if fields.quantity is not None else ""),
        (_("Weight"), f"{number(fields.weight_kg)} kg" if fields.weight_kg is not None else ""),
        (_("Order"), fields.order_no),
    ]
    lines = [f"{name} {value}" for name, value in said if value]
    lines += [f"({element.ai}) {element.title} {element.value}" for element in fields.unused]
    if fields.suspected:
        lines.append(_("A separator may be missing in ({ai}).").format(ai=fields.suspected.ai))
    return lines


def _about_lot(at: At, item_no: str, variant_code: str, lot_no: str) -> list[str]:
    known = number_facts(item_no, variant_code, "lot", lot_no)
    lines = [_("Lot {lot} of {item}").format(lot=lot_no, item=item_and_variant(item_no, variant_code))]
    facts = item_facts(item_no, variant_code)
    if facts is not None:
        lines.append(facts.variant_description or facts.description)
    if known is not None:
        if known.blocked:
            lines.append(f"{_('BLOCKED')} {known.block_reason}".rstrip())
        if known.expiration_date:
            lines.append(_("Expires {date}").format(date=format_date(known.expiration_date)))
            if known.expiration_date < at.today:
                lines.append(_("EXPIRED"))
        if known.description:
            lines.append(known.description)
    if _sees_quantities(at):
        contents = [
            one for one in item_contents(item_no, variant_code=variant_code) if number_key(one.lot_no) == number_key(lot_no)
        ]
        lines += _places(at, contents) or [_("Not in stock.")]
    return lines


def _about_serial(at: At, item_no: str, variant_code: str, serial_no: str) -> list[str]:
    lines = [_("Serial {serial} of {item}").format(serial=serial_no, item=item_and_variant(item_no, variant_code))]
    facts = item_facts(item_no, variant_code)
    if facts is not None:
        lines.append(facts.variant_description or facts.description)
    known = number_facts(item_no, variant_code, "serial", serial_no)
    if known is not None and known.blocked:
        lines.append(f"{_('BLOCKED')} {known.block_reason}".rstrip())
    if known is not None and known.expiration_date:
        lines.append(_("Expires {date}").format(date=format_date(known.expiration_date)))
    if _sees_quantities(at):
        found = about.serial_places(item_no, known.number if known else serial_no)
        lines += [f"{place(location, bin_code)} {lot}".rstrip() for location, bin_code, lot in found] or [_("Not in stock.")]
    return lines


def _about_bin(at: At, hit: BinHit) -> list[str]:
    facts = bin_facts(hit.location_code, hit.bin_code)
    lines = [_("Bin {bin} at {location}").format(bin=hit.bin_code, location=hit.location_code)]
    if facts is not None:
        if facts.zone:
            lines.append(_("Zone {zone}").format(zone=facts.zone))
        if facts.blocked_movement:
            blocked = {"inbound": _("BLOCKED: nothing in"), "outbound": _("BLOCKED: nothing out")}
            lines.append(blocked.get(facts.blocked_movement) or _("BLOCKED: nothing in or out"))
    if _sees_quantities(at):
        contents = bin_contents(hit.location_code, hit.bin_code, limit=200)
        lines += [_content_in_words(one) for one in contents] or [_("Empty.")]
    return lines


def _content_in_words(one: Content) -> str:
    numbers = " ".join(filter(None, (one.lot_no, one.serial_no, one.package_no)))
    name = " ".join(filter(None, (item_and_variant(one.item_no, one.variant_code), numbers)))
    return f"{name}: {quantity(one.quantity, one.base_uom)} {one.description}".rstrip()


def _about_location(code: str) -> list[str]:
    facts = places.location(code)
    if facts is None:
        return [_("Location {code}, in transit").format(code=code)]
    lines = [f"{_('Location')} {code} {facts.name}".rstrip()]
    return [*lines, _("With bins.") if facts.bins else _("Without bins.")]


def _about_package(at: At, hit: PackageHit) -> list[str]:
    lines = [_("Package {package}").format(package=hit.package_no), *_about_fields(replace(hit.fields, package_no=""))]
    if _sees_quantities(at):
        contents = about.package_contents(number_key(hit.package_no))
        lines += [f"{place(where, bin_code)} {item} {lot}: {number(much)}" for where, bin_code, item, lot, much in contents]
    if not hit.known:
        lines.append(_("Not in stock."))
    return lines


def _about_user(code: str) -> list[str]:
    user = people.user_by_badge(code) or people.user_by_code(code)
    return (
        [_("User {code} {name}").format(code=user.code, name=user.name)] if user is not None else [_("A badge that nobody has.")]
    )


def command(at: At, state: LookUpState, command: Command) -> Outcome:
    """One command key or label."""
    match command:
        case Command.BACK if state.step == "search" or state.lines:
            return Outcome(LookUpState(), say.note(_("Scan anything.")))
        case Command.BACK:
            return Outcome(state, go="menu")
        case Command.LIST:
            return Outcome(LookUpState(step="search"), say.note(_("Type a part of the number or the description.")))
        case Command.CLEAR:
            return Outcome(LookUpState(), say.note(_("Scan anything.")))
        case _:
            return Outcome(state)


def answer(at: At, state: LookUpState, ask: Ask, reply: Answer) -> Outcome:
    """One of several hits was chosen."""
    if isinstance(reply, int):
        return take(at, hit_from_text(ask.values[reply]))
    return Outcome(LookUpState(), say.note(_("Scan anything.")))


def view(at: At, state: LookUpState) -> ViewState:
    """What is known, as text that the screen pages."""
    return ViewState(
        title=state.title or _("What is this?"),
        prompt=_("Search") if state.step == "search" else _("Scan"),
        text=state.lines,
        keys=(
            KeyHint(Command.LIST, _("search")),
            *([KeyHint(Command.PRINT, _("label"))] if state.hit else []),
            KeyHint(Command.BACK, _("back")),
            KeyHint(Command.HELP, _("help")),
        ),
    )


def label(at: At, state: LookUpState) -> printing.Labels | None:
    """The label of what is shown; reasons and users have theirs on sheets."""
    match hit_from_text(state.hit) if state.hit else None:
        case ItemHit(item_no, variant, uom) as hit:
            numbers = hit.fields
            if numbers.lot_no or numbers.serial_no:
                return printing.of_numbers(item_no, variant, lot_no=numbers.lot_no, serial_no=numbers.serial_no)
            return printing.of_item(item_no, variant, uom)
        case LotHit(item_no=item_no, variant_code=variant, lot_no=lot_no):
            return printing.of_numbers(item_no, variant, lot_no=lot_no)
        case SerialHit(item_no=item_no, variant_code=variant, serial_no=serial_no):
            return printing.of_numbers(item_no, variant, serial_no=serial_no)
        case BinHit(location_code, bin_code):
            return printing.of_bin(location_code, bin_code)
        case LocationHit(location_code):
            facts = places.location(location_code)
            return printing.of_location(location_code, facts.name if facts is not None else "")
        case PackageHit(package_no=package_no):
            return printing.of_package(at, package_no)
        case DocumentHit(document_no=document_no):
            return printing.of_document(document_no)
        case _:
            return None


def work(at: At, state: LookUpState) -> str:
    """Nothing here can be undone."""
    return f"{JOB}:{at.user.code}"


FLOW = Flow(
    state=LookUpState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, state.step),
    work=work,
    label=label,
)
