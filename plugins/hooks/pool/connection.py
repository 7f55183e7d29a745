"""The invoice pool: psycopg connections to the Airflow connection `invoice_pool`, with the actor they work for."""

import json
from typing import Any

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg.rows import TupleRow

from hooks.pool.sessions import begin_session, unless_said


class PoolHook(PostgresHook):
    """Postgres ≥ 18 behind `invoice_pool`; sessions speak Asia/Shanghai and name their actor for the events."""

    conn_name_attr = "invoice_pool_conn_id"
    default_conn_name = "invoice_pool"

    def connect(self, actor: str) -> psycopg.Connection[TupleRow]:
        """A new session in which every event carries `actor`. Raises psycopg.OperationalError."""
        said = self.connection.extra_dejson
        self.connection.extra = json.dumps(said | unless_said(said))
        connection: Any = self.get_conn()
        begin_session(connection, actor)
        return connection  # type: ignore[no-any-return]
