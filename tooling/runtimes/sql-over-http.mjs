/**
 * A SQLite database over HTTP, as libsql's servers offer it to their clients: the part of Hrana over HTTP, version 2, that a
 * client without interactive transactions uses. The statements run in libsql itself.
 */
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * @typedef {{ type: 'null' } | { type: 'integer' | 'text', value: string } | { type: 'float', value: number }} Value
 * @typedef {{ sql?: string, sql_id?: number, args?: Value[] }} Statement
 * @typedef {{ type: string, step?: number, cond?: Condition, conds?: Condition[] }} Condition
 * @typedef {{ condition?: Condition, stmt: Statement }} Step
 * @typedef {{ type: string, stmt: Statement, batch: { steps: Step[] }, sql: string, sql_id: number }} StreamRequest
 * @typedef {Map<number | undefined, string>} Texts the SQL that a client refers to by a number
 * @typedef {{ reader: boolean, raw(): Prepared, columns(): { name: string, type: string | null }[], all(...args: unknown[]): unknown[][],
 *   run(...args: unknown[]): { changes: number, lastInsertRowid: number | bigint } }} Prepared
 * @typedef {{ exec(sql: string): void, prepare(sql: string): Prepared, close(): void, inTransaction: boolean }} Database
 */

/**
 * Serves a new database in memory.
 *
 * @param {string} app the folder of an app that has `@libsql/client` and migrations
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serveDatabase(app) {
  const Libsql = libsqlOf(app)('libsql');
  /** @type {Database} */
  const database = new Libsql(':memory:');
  for (const each of migrationsOf(app)) database.exec(each);
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    if (request.url !== '/v2/pipeline') return response.writeHead(404).end();
    const { requests } = /** @type {{ requests: StreamRequest[] }} */ (JSON.parse(text));
    /** @type {Texts} */
    const texts = new Map();
    const results = requests.map((each) => answer(database, texts, each));
    if (database.inTransaction) database.exec('ROLLBACK');
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ baton: null, base_url: null, results }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      database.close();
    },
  };
}

/** Installs the addon of libsql beside a bundle, as npm would. @param {string} app @param {string} built */
export function copyAddons(app, built) {
  const libsql = libsqlOf(app).resolve('libsql');
  const { optionalDependencies } = createRequire(libsql)('./package.json');
  for (const name of Object.keys(optionalDependencies)) {
    try {
      const addon = createRequire(libsql).resolve(name);
      cpSync(dirname(addon), join(built, 'node_modules', name), { recursive: true });
    } catch (error) {
      // Each is for one platform, and only those for this one are installed.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
}

/** @param {string} app */
function libsqlOf(app) {
  return createRequire(createRequire(join(app, 'package.json')).resolve('@libsql/client'));
}

/** The statements of all migrations, in their order. @param {string} app */
export function migrationsOf(app) {
  const folder = join(app, 'migrations');
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('--> statement-breakpoint'));
}

/** @param {Database} database @param {Texts} texts @param {StreamRequest} request */
function answer(database, texts, { type, stmt, batch, sql, sql_id }) {
  const ok = (/** @type {object} */ result = {}) => ({ type: 'ok', response: { type, ...result } });
  try {
    if (type === 'store_sql') texts.set(sql_id, sql);
    if (type === 'close' || type === 'store_sql' || type === 'close_sql') return ok();
    if (type === 'execute') return ok({ result: execute(database, texts, stmt) });
    if (type === 'batch') return ok({ result: executeAll(database, texts, batch.steps) });
    throw new Error(`This server knows no ${type}.`);
  } catch (error) {
    return { type: 'error', error: problem(error) };
  }
}

/** @param {Database} database @param {Texts} texts @param {Step[]} steps */
function executeAll(database, texts, steps) {
  /** @type {(object | null)[]} */
  const results = [];
  /** @type {(object | null)[]} */
  const errors = [];
  for (const [index, { condition, stmt }] of steps.entries()) {
    results[index] = errors[index] = null;
    if (condition && !isMet(condition)) continue;
    try {
      results[index] = execute(database, texts, stmt);
    } catch (error) {
      errors[index] = problem(error);
    }
  }
  return { step_results: results, step_errors: errors };

  /** @param {Condition} condition @returns {boolean} */
  function isMet({ type, step = -1, cond, conds = [] }) {
    if (type === 'ok') return results[step] != null;
    if (type === 'error') return errors[step] != null;
    if (type === 'not') return cond !== undefined && !isMet(cond);
    if (type === 'and') return conds.every(isMet);
    if (type === 'or') return conds.some(isMet);
    return !database.inTransaction;
  }
}

/** @param {Database} database @param {Texts} texts @param {Statement} statement */
function execute(database, texts, { sql, sql_id, args = [] }) {
  const prepared = database.prepare(sql ?? texts.get(sql_id) ?? '');
  const values = args.map(fromValue);
  if (!prepared.reader) {
    const { changes, lastInsertRowid } = prepared.run(...values);
    return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: String(lastInsertRowid) };
  }
  const cols = prepared.columns().map(({ name, type }) => ({ name, decltype: type }));
  const rows = prepared.raw().all(...values);
  return { cols, rows: rows.map((row) => row.map(toValue)), affected_row_count: 0, last_insert_rowid: null };
}

/** @param {Value} value */
function fromValue(value) {
  if (value.type === 'null') return null;
  return value.type === 'integer' ? BigInt(value.value) : value.value;
}

/** @param {unknown} value @returns {Value} */
function toValue(value) {
  if (value === null) return { type: 'null' };
  if (typeof value === 'number' && !Number.isInteger(value)) return { type: 'float', value };
  return { type: typeof value === 'string' ? 'text' : 'integer', value: String(value) };
}

/** @param {unknown} error */
function problem(error) {
  const { message, code } = /** @type {Error & { code?: string }} */ (error);
  return { message: `SQLite error: ${message}`, code };
}
