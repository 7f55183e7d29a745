"""The verification cache: what a status update brought of documents that are not in the pool yet (R129)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg

from hooks.pool.merge import MergeContext, MergeCounts, StagedMerge


def merge_from_cache(
    connection: psycopg.Connection[Any], context: MergeContext, document_keys: Sequence[str]
) -> MergeCounts:
    """Bring what the cache holds of these documents of a company into the pool, and take it out of the cache.

    The verified face first, then the header with its statuses. Inside the caller's transaction; the observation times
    are those of the answers. `downloaded` is 0 where the cache knows none of them. Raises MergeError as a merge does.
    """
    into_the_pool = replace(context, insert_missing=True, status_mode=None)
    counts = []
    for target in ("documents", "headers"):
        stage = StagedMerge(connection, target, into_the_pool)
        stage.load_cached(document_keys)
        counts.append(stage.merge())
    return counts[0] + counts[1]
