"""What the migrations make is what the models say."""

from peewee import Model

import db.models.changes
import db.models.counting
import db.models.ledger
import db.models.maintained
import db.models.master
import db.models.numbering
import db.models.orders
import db.models.printing
import db.models.work
from db.connection import database as proxy
from db.connection import fetch
from tests.support.databases import OpenDatabase

MODULES = (
    db.models.changes,
    db.models.counting,
    db.models.ledger,
    db.models.maintained,
    db.models.master,
    db.models.numbering,
    db.models.orders,
    db.models.printing,
    db.models.work,
)
MODELS = [
    value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Model) and value.__module__ == module.__name__
]


def test_the_migrations_make_the_tables_of_the_models(database: OpenDatabase) -> None:
    """Indexes are left out: partial ones cannot be declared the same for both databases, so they stand in the migrations."""
    from playhouse.schema_diff import diff_models

    differences = str(diff_models(proxy.obj, MODELS)).splitlines()
    assert [line for line in differences if " index " not in line and line != "schema matches models."] == []


def test_codes_are_compared_by_their_characters_whatever_the_server_s_language(database: OpenDatabase) -> None:
    if database.is_sqlite:
        return
    others = fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND data_type = 'character varying' AND collation_name IS DISTINCT FROM 'C' AND table_name <> 'schema_migration'"
    )
    assert others == []
