"""`stockterm labels …`: what is printed, where it goes, and what became of it.

Without --printer and -o a label is drawn on this terminal. With --printer it goes into the queue first and is sent at once; the
exit status says whether it was sent. A job that could not be sent stays in the queue, and standard error says so.
"""

import click

from stockterm.label_commands import kinds, queue


@click.group("labels")
def labels() -> None:
    """Print labels, and see what became of them. Without --printer or -o a label is drawn on this terminal."""


for _command in (*kinds.COMMANDS, *queue.COMMANDS):
    labels.add_command(_command)
