"""Called by alembic to run the steps on the connection given, in the transaction it is in."""

from alembic import context

from digest.store.tables import metadata

context.configure(  # the tables are given for their naming of constraints only
    connection=context.config.attributes["connection"], target_metadata=metadata
)
context.run_migrations()
