"""The invoice pool: psycopg connections to the Airflow connection `invoice_pool`, with the actor they work for."""

from datetime import timedelta
from typing import Any

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg.rows import TupleRow

LEASE = timedelta(seconds=60)
"""How long a claimed row waits for a worker that has died."""


class PoolHook(PostgresHook):
    """Postgres ≥ 18 behind `invoice_pool`; sessions speak Asia/Shanghai and name their actor for the events."""

    conn_name_attr = "invoice_pool_conn_id"
    default_conn_name = "invoice_pool"

    def connect(self, actor: str) -> psycopg.Connection[TupleRow]:
        """A new session in which every event carries `actor`. Raises psycopg.OperationalError."""
        connection: Any = self.get_conn()
        with connection.transaction():
            connection.execute("SET TIME ZONE 'Asia/Shanghai'")
            connection.execute("SELECT set_config('fapiao.actor', %s, false)", [actor])
        return connection  # type: ignore[no-any-return]
