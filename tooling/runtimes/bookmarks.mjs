/** What the sample app is asked on every platform: each of its routes, and what they refuse. */
import assert from 'node:assert/strict';

/**
 * @typedef {{ method?: string, headers?: Record<string, string>, body?: Uint8Array }} Init
 * @typedef {(target: string, init?: Init) => Promise<Response>} Ask
 */

/** The settings that the app needs. @param {string} databaseUrl */
export function settingsOf(databaseUrl) {
  return {
    DATABASE_URL: databaseUrl,
    SESSION_SECRET: 'only for this check, and longer than 32 bytes',
    SIGN_IN_LIMIT: '20',
  };
}

/** @param {string} platform @param {string} origin of the app's own pages @param {Ask} ask */
export async function checkBookmarks(platform, origin, ask) {
  const json = (/** @type {object} */ value) => ({
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(value)),
  });

  // Nobody gets in without a token.
  const stranger = await ask('/api/bookmarks');
  assert.deepEqual([stranger.status, stranger.headers.get('www-authenticate')], [401, 'Bearer']);

  // Signing up.
  const signedUp = await ask('/api/users', { method: 'POST', ...json({ name: 'Ada' }) });
  assert.equal(signedUp.status, 201, await signedUp.clone().text());
  assert.equal(signedUp.headers.get('location'), '/api/users/me');
  const { token } = /** @type {{ token: string }} */ (await signedUp.json());
  assert.equal((await ask('/api/users', { method: 'POST', ...json({ name: 'Ada' }) })).status, 409);
  assert.equal((await ask('/api/users', { method: 'POST', ...json({ name: '' }) })).status, 400);
  const authorization = `Bearer ${token}`;
  /** @type {Ask} */
  const as = (target, init = {}) => ask(target, { ...init, headers: { ...init.headers, authorization } });

  const me = await as('/api/users/me');
  assert.deepEqual([me.status, await me.json()], [200, { id: 1, name: 'Ada' }]);

  // Signing a browser in, and out.
  const session = await ask('/api/session', { method: 'POST', ...json({ token }) });
  assert.equal(session.status, 200, await session.clone().text());
  const [cookie = ''] = session.headers.getSetCookie();
  assert.match(cookie, /^__Host-session=[^;]+;.*HttpOnly/);
  const [sealed = ''] = cookie.split(';');
  const signedIn = await ask('/api/users/me', { headers: { cookie: sealed } });
  assert.deepEqual([signedIn.status, await signedIn.json()], [200, { id: 1, name: 'Ada' }]);
  const another = sealed.slice(0, 40) + (sealed[40] === 'A' ? 'B' : 'A') + sealed.slice(41);
  assert.equal((await ask('/api/users/me', { headers: { cookie: another } })).status, 401);
  const signedOut = await ask('/api/session', { method: 'DELETE', headers: { cookie: sealed, origin } });
  assert.equal(signedOut.status, 204);
  assert.match(signedOut.headers.getSetCookie().join(), /^__Host-session=;/);

  // A form of another site can't use it.
  const forged = await ask('/api/session', {
    method: 'POST',
    ...json({ token }),
    headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
  });
  assert.equal(forged.status, 403);

  // Bookmarks.
  const url = 'https://www.rfc-editor.org/rfc/rfc9113';
  const created = await as('/api/bookmarks', {
    method: 'POST',
    ...json({ url, title: 'HTTP/2', tags: ['http'] }),
  });
  assert.equal(created.status, 201, await created.clone().text());
  assert.equal(created.headers.get('location'), '/api/bookmarks/1');
  assert.equal((await as('/api/bookmarks', { method: 'POST', ...json({ url }) })).status, 409);
  const wrong = await as('/api/bookmarks', { method: 'POST', ...json({ url: 'ftp://x', tags: ['a b'] }) });
  const { details } = /** @type {{ details: { pointer: string }[] }} */ (await wrong.json());
  assert.deepEqual([wrong.status, details.map(({ pointer }) => pointer)], [400, ['/url', '/tags/0']]);

  const shown = /** @type {{ title: string, tags: string[] }} */ (
    await (await as('/api/bookmarks/1')).json()
  );
  assert.deepEqual([shown.title, shown.tags], ['HTTP/2', ['http']]);
  assert.equal((await as('/api/bookmarks/2')).status, 404);
  const changed = await as('/api/bookmarks/1', { method: 'PATCH', ...json({ note: 'Zürich ☃' }) });
  assert.equal(/** @type {{ note: string }} */ (await changed.json()).note, 'Zürich ☃');

  // Tags, one of them encoded in the path.
  assert.equal((await as('/api/bookmarks/1/tags/h%C3%BCtte', { method: 'PUT' })).status, 204);
  assert.equal((await as('/api/bookmarks/1/tags/http', { method: 'DELETE' })).status, 204);
  assert.deepEqual(await (await as('/api/tags')).json(), [{ tag: 'hütte', count: 1 }]);

  // An upload.
  const form = new FormData();
  form.set(
    'file',
    new File([JSON.stringify([{ url: 'https://nodejs.org/' }, { url: 'x' }])], 'bookmarks.json'),
  );
  const upload = new Response(form);
  const imported = await as('/api/bookmarks/import', {
    method: 'POST',
    headers: { 'content-type': upload.headers.get('content-type') ?? '' },
    body: new Uint8Array(await upload.arrayBuffer()),
  });
  assert.equal(imported.status, 200, await imported.clone().text());
  const report = /** @type {{ added: number, skipped: object[] }} */ (await imported.json());
  assert.deepEqual([report.added, report.skipped.length], [1, 1]);

  const found = await as('/api/bookmarks?q=z%C3%BCrich&limit=5');
  const list = /** @type {{ total: number, items: { id: number }[] }} */ (await found.json());
  assert.deepEqual([list.total, list.items.map(({ id }) => id)], [1, [1]]);

  const visit = await as('/go/1');
  assert.deepEqual([visit.status, visit.headers.get('location')], [302, url]);
  assert.equal((await as('/api/bookmarks/1', { method: 'DELETE' })).status, 204);
  assert.equal((await as('/api/bookmarks/1')).status, 404);

  // What is around the routes.
  const document = await ask('/openapi.json');
  const { paths } = /** @type {{ paths: object }} */ (await document.json());
  assert.ok(Object.keys(paths).includes('/api/bookmarks/{id}'));
  assert.equal(document.headers.get('x-content-type-options'), 'nosniff');
  assert.equal((await as('/api/tags', { method: 'POST' })).status, 405);
  assert.equal((await ask('/nowhere')).status, 404);
  const large = await as('/api/bookmarks', { method: 'POST', ...json({ url, note: 'x'.repeat(70_000) }) });
  assert.equal(large.status, 413);
  console.log(`${platform}: all routes of the sample app answer.`);
}
