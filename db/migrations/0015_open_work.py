"""What is still to be done is found among what is open, however many transfer orders, counts and recordings were finished before.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.scripts import statements

SCRIPT = """
CREATE INDEX transfer_order_line_to_ship ON transfer_order_line (item_no, variant_code, order_no)
    WHERE CAST(quantity AS NUMERIC) * quantity_per > CAST(quantity_shipped AS NUMERIC) * 100000;
CREATE INDEX transfer_order_line_to_receive ON transfer_order_line (order_no)
    WHERE quantity_shipped > quantity_received + quantity_closed;
CREATE INDEX count_recording_in_hand ON count_recording (user_code) WHERE status = 'open';
CREATE INDEX count_order_created_by ON count_order (created_by, order_date);
CREATE INDEX count_opportunity_order ON count_opportunity (order_no) WHERE order_no IS NOT NULL;
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT):
        db.execute_sql(statement)
