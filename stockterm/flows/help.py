"""Help: what to do at each step, in one place for screens, manual and tests; and the keys, which are the same everywhere.

A step is `job.step`. Every step of every job has its text here; a test holds jobs to it.
"""

from db.core.errors import N_
from stockterm.flows.tokens import Command
from stockterm.i18n import _

STEPS: dict[str, str] = {
    "sign_in.badge": N_("Scan your badge, or type your user code and then your PIN. To leave the program type .quit here."),
    "sign_in.pin": N_("Type your PIN. It is never saved. A label is not taken."),
    "sign_in.idle": N_(
        "Nobody touched this terminal for a while. Scan your badge, or type your user code and then your PIN: the work goes on "
        "where it was. Somebody else gets their own work."
    ),
    "location": N_("Choose where you work: type the number of the list, or scan the label of the location."),
    "menu": N_("Type the digit of a job. Work with * is begun and waits for you, at any terminal."),
    "count.bin": N_("Scan the bin that you stand at. F4 lists the bins. F10 ends the count."),
    "count.item": N_(
        "Scan an item: one more of the unit on the label. 12* before it: twelve. A number with Enter: the line becomes that. "
        "A bin label opens that bin. F9 closes the bin; with nothing counted it says that it is empty."
    ),
    "count.lot": N_("Scan or type the lot. It stays until you scan another item or lot. A new lot is asked about."),
    "count.serial": N_("Scan or type the serial number. Each is one piece; one that is counted already is refused."),
    "count.package": N_("Scan or type the package number."),
    "count.expiry": N_("Type the expiry date on the goods: 310127, 31.1.27, or 2027-01 for the last day of the month."),
    "count.quantity": N_("Type how many are in it: the label does not say."),
    "count.factor": N_("Type how many the next scan stands for."),
    "count.search": N_("Type a part of the item number or of its description."),
    "adjust.bin": N_("Scan the bin whose stock is wrong."),
    "adjust.item": N_("Scan the item whose stock is wrong."),
    "adjust.variant": N_("Choose the variant."),
    "adjust.lot": N_("Scan or type the lot."),
    "adjust.serial": N_(
        "Scan or type the serial number. For several pieces type +3 or -3 first: then one scan each, S01..S09 for a range, or F4."
    ),
    "adjust.first": N_("Scan or type the first number of the range."),
    "adjust.last": N_("Scan or type the last number of the range: it must be as many as are missing."),
    "adjust.start": N_("Scan or type the first number; the others are counted up from it, as many as are missing."),
    "adjust.package": N_("Scan or type the package number."),
    "adjust.quantity": N_("Type the difference: +5 found, -5 missing. Without a sign it is asked."),
    "adjust.expiry": N_("Type the expiry date on the goods: 310127, 31.1.27, or 2027-01 for the last day of the month."),
    "adjust.reason": N_("Type the number of the reason, or scan it. Nothing is adjusted without one."),
    "adjust.summary": N_("Look at it once more. F10 posts, F5 goes back one step."),
    "adjust.search": N_("Type a part of the item number or of its description."),
    "move.bin": N_("Scan the bin that you take from, or a package that you move."),
    "move.item": N_("Scan the item that you move, or a package: all that is in it goes along."),
    "move.lot": N_("Scan or type the lot that you move."),
    "move.serial": N_("Scan or type the serial number that you move."),
    "move.package": N_("Scan or type the package that you move."),
    "move.quantity": N_("Type how many you move. For all of them scan at once where they go."),
    "move.to": N_("Scan the bin or the location that you put it in."),
    "move.to_bin": N_("Scan the bin at the other location."),
    "move.summary": N_("Look at it once more. F10 posts, F5 goes back one step."),
    "move.search": N_("Type a part of the item number or of its description."),
    "relabel.what": N_(
        "Scan what gets another number, date or variant: its lot, serial, package or item. A bin before it if it lies in "
        "several. F12 prints the label of what was posted last."
    ),
    "relabel.bin": N_("It lies in several bins: choose the one, or scan it."),
    "relabel.lot": N_("Scan or type the lot that it has now."),
    "relabel.serial": N_("Scan or type the serial number that it has now."),
    "relabel.package": N_("Scan or type the package that it is in now."),
    "relabel.change": N_(
        "Type what changes. A new lot keeps the expiry date; with a new expiry it gets another one. Only a supervisor changes "
        "the expiry of all of a lot."
    ),
    "relabel.quantity": N_(
        "Type how many change; what is left is asked for afterwards. Enter, or the new number at once: all of them. F2 goes to "
        "other goods."
    ),
    "relabel.new": N_(
        "Scan or type the new number. The number of a lot that is there already puts them into that lot, with its expiry. F4 "
        "lists those, and the next number of the series. With serials: scan all that get the same new lot, then the lot."
    ),
    "relabel.variant": N_("Choose the variant that it really is."),
    "relabel.expiry": N_(
        "Type the new expiry: 310127, 31.1.27, or 2027-01 for the last day of the month. A - takes the date away, where "
        "none is needed."
    ),
    "relabel.reason": N_("Type the number of the reason, or scan it. A new expiry or variant needs one."),
    "relabel.summary": N_("Look at it once more: what it becomes, and where. F10 posts, F5 goes back one step."),
    "relabel.search": N_("Type a part of the item number or of its description."),
    "look_up.any": N_("Scan anything: item, bin, lot, serial number, location. Nothing is changed."),
    "look_up.search": N_("Type a part of the item number or of its description."),
    "my_postings.list": N_("Your postings of today. Type the number of one to see it."),
    "my_postings.one": N_("F5 takes the posting back, if that is still possible. F3 goes back to the list."),
    "ship_transfer.order": N_("Scan the label of the transfer order, type its number, or type the number of the list."),
    "ship_transfer.bin": N_("Scan the bin that you take from, or a package. F4 lists the bins with goods of the order."),
    "ship_transfer.to_bin": N_("The goods arrive at once: scan the bin at the other location that they go into."),
    "ship_transfer.item": N_(
        "Scan what goes on the truck: item, lot, serial or package. 12* before it: twelve. F4 lists what is left. F9 goes to the "
        "next bin. F10 shows what differs from the order, and ships."
    ),
    "ship_transfer.lot": N_("Scan or type the lot that you ship."),
    "ship_transfer.serial": N_("Scan or type the serial number that you ship."),
    "ship_transfer.package": N_("Scan or type the package that you ship."),
    "ship_transfer.quantity": N_("Type how many you ship of it from this bin."),
    "ship_transfer.search": N_("Type a part of the item number or of its description."),
    "receive_transfer.order": N_("Scan the label of the transfer order, type its number, or type the number of the list."),
    "receive_transfer.bin": N_("Scan the bin that you put it in."),
    "receive_transfer.item": N_(
        "Scan what came: item, lot, serial or package. 12* before it: twelve. F4 lists what is left. F9 goes to the next bin. "
        "F10 shows what differs from the shipment, and receives. What is short stays on the way."
    ),
    "receive_transfer.lot": N_("Scan or type the lot that came. Only what was shipped is taken."),
    "receive_transfer.serial": N_("Scan or type the serial number that came. Only what was shipped is taken."),
    "receive_transfer.package": N_("Scan or type the package that came. Only what was shipped is taken."),
    "receive_transfer.quantity": N_("Type how many came of it."),
    "receive_transfer.search": N_("Type a part of the item number or of its description."),
    "count_order.bin": N_("Scan the bin that you stand at. F4 says which are left. F10 hands your part in."),
    "count_order.item": N_(
        "Scan an item: one more. 12* before it: twelve. A number with Enter: the line becomes that. The next bin label closes "
        "this bin. F9 with nothing counted: it is empty. F10 hands your part in."
    ),
    "count_order.unknown": N_("Nothing has this code: it is kept. A number is how many there are, F4 says in words what it is."),
    "count_order.describe": N_("Type a few words about it: what it is, what is printed on it."),
    "count_orders.list": N_("Choose an order by its number, make a new one, or see what is due."),
    "count_orders.new": N_("Type the number of what to change; 1 makes the order. Bins and items: A-*, A-01..A-09, A|B."),
    "count_orders.typing": N_("Type it, then Enter. Nothing typed: all of them, today, or never."),
    "count_orders.due": N_("1 orders a count of everything that is due; or choose one item."),
    "count_orders.posted": N_("The orders posted last. Choose one to see what differed."),
    "count_orders.order": N_(
        "Not counted, recordings and unknown codes come first, then recount and decide. Finish freezes what it comes to; then "
        "somebody who counted none of it approves, and it is posted. What is posted cannot be reopened."
    ),
    "count_orders.differences": N_("Expected, counted, difference, its value, and what the line still needs. F3 goes back."),
    "count_orders.rest": N_("Nothing is 0 because nobody counted it. Say here that it is 0, or take it out of this count."),
    "count_orders.locked": N_("Nothing is posted in these bins while they are counted. Choose one to let postings in again."),
    "count_orders.decide": N_("Choose a line: which count is right, or what becomes of what was posted late."),
    "count_orders.line": N_("Accept one of the counts, or let it be counted again by somebody else."),
    "count_orders.recordings": N_("Who counts, or has counted. Choose one to reopen it or to throw it away."),
    "count_orders.recording": N_("Reopen what was handed in, or throw away what was not."),
    "count_orders.orphans": N_("Codes that nothing had. Each is linked to an item or discarded before the order is finished."),
    "count_orders.orphan": N_("Link it: what was found is counted. Discard it: it is nothing that is counted."),
    "count_orders.item": N_("Scan or type the item that the code belongs to, or a part of its description."),
    "count_orders.posting_date": N_("Type the date: 310127, 31.1.27. Everything expected is worked out again as of that day."),
    "transfer_orders.list": N_(
        "The transfer orders from here and to here. Type the number of one, scan its label, or make a new one."
    ),
    "transfer_orders.to": N_("Choose where the goods go."),
    "transfer_orders.new": N_(
        "Scan the goods, or find them with F4; then how many. Choose a line to change it. The way is the route's; choose it to "
        "take another. Nothing is shipped by making the order."
    ),
    "transfer_orders.no": N_("Type the number of the order. Enter alone: the next of the series."),
    "transfer_orders.quantity": N_("Type how many are to be sent."),
    "transfer_orders.line": N_("Type how many are to be sent in all. 0 takes the line off."),
    "transfer_orders.search": N_("Type a part of the item number or of its description."),
    "transfer_orders.order": N_(
        "The lines of the order, and what can be done with it. A line shows what of it is on the way. What changes something "
        "asks for two digits."
    ),
    "transfer_orders.about": N_("One line of the order, and the lots and serial numbers of it that are on the way."),
    "transfer_orders.close": N_("Choose the line whose goods are missing, or all of them."),
    "transfer_orders.how": N_("Lost goods are written off with a reason. Goods that went back are in stock at the sender again."),
    "transfer_orders.bin": N_("Scan the bin at the sender that the goods lie in again."),
    "transfer_orders.documents": N_("The shipments, receipts and closings of the order, the newest first. Choose one."),
    "transfer_orders.document": N_("What it moved. F5 takes it back: a shipment only while nothing of it was received."),
    "users.list": N_("Choose a user by the number, or make a new one."),
    "users.user": N_("Choose what to change. Every change is saved at once, and in the change log."),
    "users.code": N_("Type the code that the new user signs in with. Role, PIN and badge come after it."),
    "users.name": N_("Type the name. It is shown on the screen."),
    "users.from": N_("Type the first day that this user may post on. F2 takes it away: then the company's counts."),
    "users.to": N_("Type the last day that this user may post on. F2 takes it away: then the company's counts."),
    "users.pin": N_("Type the new PIN: 4 characters or more. It is never shown and never logged."),
    "users.pin_again": N_("Type the same PIN again."),
    "users.badge": N_("Scan the badge that the user gets. It is a key: it is in no log."),
    "terminals.list": N_("Terminals, the latest seen first, with who is at work there. Choose one by the number."),
    "terminals.one": N_(
        "Signing out: that terminal writes nothing more, work is kept. Taking over: what is begun there goes on in your hands."
    ),
    "trace.number": N_("Scan the lot, the serial number or the package, or type the number of a document."),
    "trace.choose": N_("Type the number of a line: it opens what it says. Block now asks once, and holds everywhere at once."),
    "trace.came": N_("Where the goods came from in the end: receipts, finds, what was made. F3 goes back."),
    "trace.now": N_("Where goods with this number, and what became of them, lie now. F3 goes back."),
    "trace.went": N_("With which documents they left and did not come back. F3 goes back."),
    "trace.recall": N_("The recall list: here now, gone, open documents, origins. F7 and F8 turn the pages."),
    "trace.forward": N_("From origin to use, step by step; deeper lines stand further in. Three dots: listed before."),
    "trace.backward": N_("From use to origin, step by step; deeper lines stand further in. Three dots: listed before."),
    "trace.find": N_("Every table that has something about it, with how many. Type the number of one to see its rows."),
    "trace.table": N_("The rows of the table. F3 goes back to the tables."),
    "trace.reason": N_("Type why it is blocked: everybody who scans it reads that."),
    "numbers.number": N_("Scan the lot, the serial number or the package. An item first: a new card for one of its numbers."),
    "numbers.card": N_("What is known about the number. F4: block it, or change the card. Or scan the next."),
    "numbers.reason": N_("Type why it is blocked: everybody who scans it reads that. It holds everywhere at once."),
    "numbers.description": N_("Type the description. A minus sign alone clears it."),
    "numbers.certificate": N_("Type the number of the certificate. A minus sign alone clears it."),
    "numbers.quality": N_("Type the quality that was found. A minus sign alone clears it."),
    "numbers.comments": N_("Type what else is to be known. A minus sign alone clears it."),
    "numbers.expiration_date": N_("Type the expiry date: 310127, 31.1.27, or 2027-01 for the last day of the month."),
    "print_queue.list": N_("What is not printed yet, the oldest first, with the reason. Choose a job by its number."),
    "print_queue.latest": N_("The last jobs, whatever became of them. Choose one to print it anew."),
    "print_queue.printers": N_("The printers. Choose one to switch it off or on."),
    "print_queue.job": N_("Send it now, or cancel it. Sent: every byte went out; look at the printer."),
    "print_queue.printer": N_("Off: its jobs wait until it is on again. Nothing is lost."),
    "link.item": N_("Scan or type the item that the unknown code belongs to. F3 leaves the code unknown."),
    "link.search": N_("Type a part of the item number or of its description."),
}

JOBS: dict[str, str] = {  # what each job of the menu is for: shown beside the menu where there is room
    "count": N_("Count what lies here. Differences are posted when you have seen them."),
    "adjust": N_("Put one line of stock right, with a reason, at once."),
    "move": N_("Take goods from one bin and put them in another."),
    "look_up": N_("Scan anything and see what it is, where it lies, and how much of it there is."),
    "my_postings": N_("What you posted today. It can be taken back here."),
    "ship_transfer": N_("Send what a transfer order wants on its way, by scan."),
    "receive_transfer": N_("Take in what is on its way to this location, by scan."),
    "count_order": N_("Count your part of a count that a supervisor has ordered."),
    "relabel": N_("Change the lot, serial number, package or expiry date that goods carry."),
    "trace": N_("Where a lot or serial number came from, where it went, and who has it."),
    "count_orders": N_("Order counts, look at their differences, approve and post them."),
    "transfer_orders": N_("Make transfer orders, see what is on its way, close what came short."),
    "numbers": N_("Lots and serial numbers: block them, read and write what is known about them."),
    "users": N_("Who works here: roles, languages, places, badges, PINs."),
    "terminals": N_("Which terminals are at work, with whose work; take it away from one that is lost."),
    "print_queue": N_("Labels that wait for a printer, and those that failed."),
}

COMMANDS: dict[Command, str] = {
    Command.HELP: N_("help for this step; again: the keys"),
    Command.CLEAR: N_("clear the field"),
    Command.BACK: N_("back one step"),
    Command.LIST: N_("list, search, link an unknown code"),
    Command.UNDO: N_("undo the last scan, again and again"),
    Command.QUANTITY: N_("quantity for the next scan; also 12*"),
    Command.PAGE_UP: N_("page up"),
    Command.PAGE_DOWN: N_("page down"),
    Command.NEXT: N_("close this bin, go to the next"),
    Command.POST: N_("post or finish; type the two digits"),
    Command.PRINT: N_("print the label of what is shown"),
}

_KEYS: dict[Command, str] = {
    Command.HELP: "F1",
    Command.CLEAR: "F2",
    Command.BACK: "F3",
    Command.LIST: "F4",
    Command.UNDO: "F5",
    Command.QUANTITY: "F6",
    Command.PAGE_UP: "F7",
    Command.PAGE_DOWN: "F8",
    Command.NEXT: "F9",
    Command.POST: "F10",
    Command.PRINT: "F12",
}


def help_for(job: str, step: str = "") -> tuple[str, ...]:
    """What to do at one step."""
    return (_(STEPS[f"{job}.{step}" if step else job]),)


def about_job(name: str) -> str:
    """What a job is for; blank where nothing more is to be said than its title."""
    return _(JOBS[name]) if name in JOBS else ""


def help_for_keys() -> tuple[str, ...]:
    """What the keys do, with their labels."""
    return tuple(f"{_KEYS[command]} CMD:{command.value} {_(text)}" for command, text in COMMANDS.items())


def help_for_lock() -> tuple[str, ...]:
    """What to do while an error is on the screen."""
    return (
        _("An error: nothing was changed by that scan. Esc or a function key goes on; a scanner cannot."),
        _("What is scanned meanwhile is held, and offered afterwards."),
    )


def help_for_held() -> tuple[str, ...]:
    """What to do with held scans."""
    return (_("These were scanned while an error waited. F5 applies them in order, Esc drops them."),)


def help_for_ask() -> tuple[str, ...]:
    """What to do with a question."""
    return (_("A question: F10 yes, F3 no, F4 more. A choice: type its number. Digits shown are typed to say yes."),)
