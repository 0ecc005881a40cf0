/** The tables: their names have a version, so that a later one can be beside them. */
export const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS blaize_jobs_1 (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    payload TEXT NOT NULL,
    priority INTEGER NOT NULL,
    time INTEGER NOT NULL, -- when it is due, or is forgotten
    lease INTEGER NOT NULL DEFAULT 0,
    lease_end INTEGER NOT NULL DEFAULT 0,
    token TEXT NOT NULL DEFAULT '',
    attempt INTEGER NOT NULL DEFAULT 0,
    added_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL DEFAULT 0,
    progress TEXT,
    error TEXT,
    UNIQUE (queue, id)
  )`,
  'CREATE INDEX IF NOT EXISTS blaize_jobs_1_due ON blaize_jobs_1 (queue, state, priority, time, seq)',
  'CREATE TABLE IF NOT EXISTS blaize_ticks_1 (schedule TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID',
];

const MINE = `queue = :queue AND id = :id AND token = :token AND state = 'running'`;
const PRIORITIES = [1, 2, 3];

export const ADD = `
  INSERT INTO blaize_jobs_1 (queue, id, state, payload, priority, time, added_at)
  VALUES (:queue, :id, 'waiting', :payload, :priority, :time, :now)
  ON CONFLICT (queue, id) DO NOTHING`;

/** Looks what there is to do, so that a queue at rest writes nothing. */
export const LOOK = `SELECT
  ${PRIORITIES.map((priority) => first('waiting', priority)).join(', ')},
  ${PRIORITIES.flatMap((priority) => [first('completed', priority), first('dead', priority)]).join(', ')},
  (SELECT min(lease_end) FROM blaize_jobs_1 WHERE queue = :queue AND state = 'running') AS lease_end,
  (SELECT max(lease_end - 2 * lease) FROM blaize_jobs_1 WHERE queue = :queue AND state = 'running') AS lease_start`;

/** A lease whose end is too far away is from before the clock went back. */
export const EXPIRE = `
  UPDATE blaize_jobs_1 SET state = 'waiting', token = '', time = :now
  WHERE queue = :queue AND state = 'running' AND (lease_end <= :now OR lease_end - 2 * lease > :now)`;

export const SWEEP = PRIORITIES.map(
  (priority) => `DELETE FROM blaize_jobs_1
  WHERE queue = :queue AND state IN ('completed', 'dead') AND priority = ${priority} AND time <= :now`,
);

export const CLAIM = `
  UPDATE blaize_jobs_1
  SET state = 'running', attempt = attempt + 1, lease = :lease, lease_end = :now + :lease, token = :token || '-' || seq
  WHERE seq IN (
    SELECT seq FROM (${PRIORITIES.map(due).join(' UNION ALL ')}) ORDER BY priority, time, seq LIMIT :limit
  )
  RETURNING id, token, payload, attempt, added_at, priority, time, seq`;

export const EXTEND = `UPDATE blaize_jobs_1 SET lease = :lease, lease_end = :now + :lease WHERE ${MINE}`;

export const END = `
  UPDATE blaize_jobs_1
  SET state = :state, time = :time, ended_at = :now, token = '', attempt = attempt - :returned, error = coalesce(:error, error)
  WHERE ${MINE}`;

export const FORGET = `DELETE FROM blaize_jobs_1 WHERE ${MINE}`;

export const REPORT = `UPDATE blaize_jobs_1 SET progress = :progress WHERE ${MINE}`;

const COLUMNS = 'queue, id, state, payload, attempt, added_at, progress, error';
const IS_KEPT = `(state IN ('waiting', 'running') OR time > :now)`;

export const GET = `SELECT ${COLUMNS} FROM blaize_jobs_1 WHERE queue = :queue AND id = :id AND ${IS_KEPT}`;

export const LIST_DEAD = `
  SELECT ${COLUMNS} FROM blaize_jobs_1 WHERE queue = :queue AND state = 'dead' AND ${IS_KEPT}
  ORDER BY ended_at DESC, seq DESC LIMIT :limit OFFSET :offset`;

export const REVIVE = `
  UPDATE blaize_jobs_1 SET state = 'waiting', attempt = 0, time = :now, error = NULL, progress = NULL
  WHERE queue = :queue AND id = :id AND state = 'dead' AND time > :now`;

export const REMOVE = `DELETE FROM blaize_jobs_1 WHERE queue = :queue AND id = :id AND state <> 'running'`;

/** The one with the id, if its time is up. */
export const FORGET_OLD = `DELETE FROM blaize_jobs_1 WHERE queue = :queue AND id = :id AND NOT ${IS_KEPT}`;

export const COUNT = `
  SELECT state, count(*) AS jobs FROM blaize_jobs_1 WHERE queue = :queue AND ${IS_KEPT} GROUP BY state`;

export const GET_TICK = 'SELECT time FROM blaize_ticks_1 WHERE schedule = :schedule';

export const SET_TICK = `
  INSERT INTO blaize_ticks_1 (schedule, time) VALUES (:schedule, :time)
  ON CONFLICT (schedule) DO UPDATE SET time = max(time, excluded.time)`;

function due(priority: number): string {
  return `SELECT * FROM (
    SELECT seq, priority, time FROM blaize_jobs_1
    WHERE queue = :queue AND state = 'waiting' AND priority = ${priority} AND time <= :now
    ORDER BY time, seq LIMIT :limit)`;
}

function first(state: string, priority: number): string {
  return `(SELECT min(time) FROM blaize_jobs_1
    WHERE queue = :queue AND state = '${state}' AND priority = ${priority}) AS ${state}_${priority}`;
}
