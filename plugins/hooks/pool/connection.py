"""The invoice pool: psycopg connections to the Airflow connection `invoice_pool`, with the actor they work for."""

from typing import Any

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg.rows import TupleRow

from hooks.pool.sessions import begin_session


class PoolHook(PostgresHook):
    """Postgres ≥ 18 behind `invoice_pool`; sessions speak Asia/Shanghai and name their actor for the events."""

    conn_name_attr = "invoice_pool_conn_id"
    default_conn_name = "invoice_pool"

    def connect(self, actor: str) -> psycopg.Connection[TupleRow]:
        """A new session in which every event carries `actor`. Raises psycopg.OperationalError."""
        connection: Any = self.get_conn()
        begin_session(connection, actor)
        return connection  # type: ignore[no-any-return]
