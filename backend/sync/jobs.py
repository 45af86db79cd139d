"""What does the sync do by itself? Prune the streams of changes, and notice a new life of the database cluster."""

from datetime import timedelta

import asyncpg

KEEP = timedelta(days=30)
PRUNE_ROWS_MAX = 20_000

REFRESH_EPOCH = """
INSERT INTO cluster_epoch (system_identifier) SELECT system_identifier FROM pg_control_system()
ON CONFLICT (only_row) DO UPDATE SET epoch = CASE
        WHEN cluster_epoch.system_identifier = excluded.system_identifier THEN cluster_epoch.epoch
        ELSE gen_random_uuid() END,
    system_identifier = excluded.system_identifier
"""
PRUNE = """
WITH old AS (
    SELECT tenant_id, user_id, xid, id FROM phone_changes WHERE recorded_at < now() - $1::interval LIMIT $2),
gone AS (
    DELETE FROM phone_changes USING old WHERE phone_changes.tenant_id = old.tenant_id
        AND phone_changes.user_id = old.user_id AND phone_changes.xid = old.xid AND phone_changes.id = old.id
    RETURNING phone_changes.tenant_id, phone_changes.user_id, phone_changes.xid)
INSERT INTO phone_change_floors (tenant_id, user_id, pruned_xid)
SELECT DISTINCT ON (tenant_id, user_id) tenant_id, user_id, xid FROM gone ORDER BY tenant_id, user_id, xid DESC
ON CONFLICT (tenant_id, user_id) DO UPDATE
    SET pruned_xid = greatest(phone_change_floors.pruned_xid, excluded.pruned_xid)
"""


async def refresh_epoch(raw: asyncpg.Connection) -> None:
    """Give the cluster a new epoch when its data came from another one (restore, move); run at every start."""
    await raw.execute(REFRESH_EPOCH)


async def prune_changes(raw: asyncpg.Connection, keep: timedelta = KEEP) -> int:
    """Forget changes older than `keep` (at most 20,000 a call) and note up to where; returns how many streams moved."""
    status = await raw.execute(PRUNE, keep, PRUNE_ROWS_MAX)
    return int(status.rsplit(" ", 1)[1])
