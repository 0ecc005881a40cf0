/** Somebody who uses the sample app, over one connection. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

/** @import { Answered, Request } from '../restart/calls.mjs' */
/** @import { Http1User } from '../restart/http1-user.mjs' */
/** @import { Http2User } from '../restart/http2-user.mjs' */

/**
 * @typedef {object} Tally What became of the requests of some visitors.
 * @property {string} name
 * @property {number} answered
 * @property {Record<string, number>} again sent again, by the reason
 * @property {number} waited told to come back later, and then answered
 * @property {number} slowest milliseconds
 * @property {string[]} failures
 * @property {{ id: string, at: number }[]} traces the traces of what was answered
 */

/**
 * @typedef {Request & { expected: number, repeated?: number }} Call `repeated`: the status of a request that may be sent twice
 * although its method is not idempotent, if the first one has had its effect
 */

// Milliseconds after which an answer counts as lost.
const PATIENCE = 15_000;
// Times that one request is sent again.
const REPEATS = 5;
// Milliseconds for which a visitor comes back after a 503.
const COMES_BACK = 60_000;
const IDEMPOTENT = new Set(['GET', 'PUT', 'DELETE']);
const JSON_TYPE = { 'content-type': 'application/json' };

export class Visitor {
  #user;
  #tally;
  #kind;
  /** @type {Record<string, string>} */
  #headers = {};
  /** @type {Map<string, number>} the bookmarks that the app has said it has, by URL */
  bookmarks = new Map();

  /** @param {Http1User | Http2User} user @param {Tally} tally @param {'reads' | 'writes' | 'browses'} kind */
  constructor(user, tally, kind) {
    this.#user = user;
    this.#tally = tally;
    this.#kind = kind;
  }

  /** What the client has sent again since the server had not processed it (RFC 9113 section 8.7), by the reason. */
  get unseen() {
    return this.#user.retries;
  }

  async signUp() {
    const account = await this.#post('/api/users', { name: randomUUID() }, 201);
    const { token } = JSON.parse(account.content);
    this.#headers = { authorization: `Bearer ${token}` };
    if (this.#kind !== 'browses') return;
    const signedIn = await this.#post('/api/session', { token }, 200);
    this.#headers = { cookie: String(signedIn.headers['set-cookie']).replace(/;.*/, '') };
  }

  /** One request, until it is answered or has failed. */
  async visit() {
    const call = this.#next();
    const begun = performance.now();
    try {
      const answered = await this.#insist(call);
      if (call.method === 'POST') this.#remember(call, answered);
      this.#tally.answered++;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#tally.failures.push(`${new Date().toISOString()} ${call.method} ${call.path}: ${message}`);
      // An app that never comes back must not fill the list.
      await setTimeout(500);
    }
    this.#tally.slowest = Math.max(this.#tally.slowest, performance.now() - begun);
  }

  /** @returns {Promise<string[]>} what the app has lost or has twice, of what it said it has */
  async check() {
    /** @type {string[]} */
    const found = [];
    for (let page = 1; ; page++) {
      const { content } = await this.#insist({
        method: 'GET',
        path: `/api/bookmarks?limit=100&page=${page}`,
        expected: 200,
      });
      const { items } = JSON.parse(content);
      found.push(...items.map((/** @type {{ url: string }} */ { url }) => url));
      if (items.length < 100) break;
    }
    const lost = [...this.bookmarks.keys()].filter((url) => !found.includes(url));
    const twice = found.filter((url, index) => found.indexOf(url) !== index);
    return [...lost.map((url) => `${url} is lost`), ...twice.map((url) => `${url} is there twice`)];
  }

  close() {
    this.#user.close();
  }

  /** @returns {Call} */
  #next() {
    const dice = Math.random();
    if (this.#kind === 'browses')
      return get(dice < 0.6 ? '/api/users/me' : dice < 0.8 ? '/' : '/assets/app.js');
    const [id] = this.#kind === 'writes' ? [...this.bookmarks.values()].slice(-1) : [];
    if (this.#kind === 'writes' && dice < 0.15) {
      // The app has a URL once, so that its client may send this twice (RFC 9110 section 9.2.2).
      const content = Buffer.from(JSON.stringify({ url: `https://example.com/${randomUUID()}` }));
      return {
        method: 'POST',
        path: '/api/bookmarks',
        headers: JSON_TYPE,
        content,
        expected: 201,
        repeated: 409,
      };
    }
    if (id !== undefined && dice < 0.3)
      return { method: 'PUT', path: `/api/bookmarks/${id}/tags/t${Math.floor(dice * 100)}`, expected: 204 };
    return get(dice < 0.6 ? '/api/bookmarks?limit=5' : dice < 0.8 ? '/api/tags' : '/release');
  }

  /** @param {Call} call @param {Answered} answered */
  #remember({ content }, { content: text }) {
    const { id, details } = JSON.parse(text);
    this.bookmarks.set(JSON.parse(String(content)).url, id ?? details.id);
  }

  /**
   * Sends a request as often as RFC 9110 lets a client send it.
   *
   * @param {Call} call
   * @returns {Promise<Answered>} rejects if it has failed
   */
  async #insist(call) {
    const giveUp = performance.now() + COMES_BACK;
    let [repeats, waited] = [0, false];
    for (;;) {
      const trace = randomBytes(16).toString('hex');
      let answered;
      try {
        answered = await this.#send(call, trace);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const may = IDEMPOTENT.has(call.method) || call.repeated !== undefined;
        if (!may || ++repeats > REPEATS) throw error;
        const reason = `${call.method} ${message.replace(/, on .*| after status .*/, '')}`;
        this.#tally.again[reason] = (this.#tally.again[reason] ?? 0) + 1;
        continue;
      }
      this.#tally.traces.push({ id: trace, at: Date.now() });
      const { status, content } = answered;
      // While Redis is away, the app cannot know who has signed in.
      if (status === 503 && content.includes('ERR_BLAIZE_SESSION_STORE') && performance.now() < giveUp) {
        waited = true;
        await setTimeout(250);
        continue;
      }
      if (status !== call.expected && !(repeats > 0 && status === call.repeated))
        throw new Error(`answered with ${status}: ${content.slice(0, 500)}`);
      if (waited) this.#tally.waited++;
      return answered;
    }
  }

  /** @param {Call} call @param {string} trace */
  async #send(call, trace) {
    const late = new AbortController();
    const traceparent = `00-${trace}-${randomBytes(8).toString('hex')}-01`;
    const headers = { ...this.#headers, ...call.headers, traceparent };
    try {
      return await Promise.race([this.#user.request({ ...call, headers }), tooLate(late.signal)]);
    } finally {
      late.abort();
    }
  }

  /** @param {string} path @param {unknown} body @param {number} expected */
  #post(path, body, expected) {
    return this.#insist({
      method: 'POST',
      path,
      headers: JSON_TYPE,
      content: Buffer.from(JSON.stringify(body)),
      expected,
    });
  }
}

/** @param {string} path @returns {Call} */
function get(path) {
  return { method: 'GET', path, expected: 200 };
}

/** @param {AbortSignal} signal @returns {Promise<never>} */
async function tooLate(signal) {
  await setTimeout(PATIENCE, undefined, { signal });
  throw new Error(`Nothing after ${PATIENCE / 1000} s`);
}
