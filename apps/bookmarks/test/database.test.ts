import { copyFile } from 'node:fs/promises';
import { createClient } from '@libsql/client';
import { expect, test } from 'vitest';

import { addBookmark, signUp, startApp, temporaryDatabase } from './app.ts';

test('an empty database gets its tables, and what is in it outlives a restart', async () => {
  const url = await temporaryDatabase();
  const before = await startApp({ DATABASE_URL: url });
  const call = await signUp(before.http2);
  const id = await addBookmark(call, { url: 'https://example.com', tags: ['kept'] });
  await before.close();

  const after = await startApp({ DATABASE_URL: url });
  const headers = { authorization: `Bearer ${call.token}` };
  const response = await after.http2.request(`/api/bookmarks/${id}`, { headers });
  expect(await response.json()).toMatchObject({ url: 'https://example.com/', tags: ['kept'] });
});

test('after a stop everything is in the one file', async () => {
  const url = await temporaryDatabase();
  const before = await startApp({ DATABASE_URL: url });
  const call = await signUp(before.http2);
  await addBookmark(call, { url: 'https://example.com' });
  await before.close();

  const copy = await temporaryDatabase();
  await copyFile(new URL(url), new URL(copy));
  const after = await startApp({ DATABASE_URL: copy });
  const headers = { authorization: `Bearer ${call.token}` };
  expect(await (await after.http2.request('/api/bookmarks', { headers })).json()).toMatchObject({ total: 1 });
});

test('tokens are not kept', async () => {
  const url = await temporaryDatabase();
  const { token } = await signUp((await startApp({ DATABASE_URL: url })).http2);
  const client = createClient({ url });
  const { rows } = await client.execute('select * from users');
  client.close();
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(token);
});

test('a database that can not be opened stops the start, and names the plugin', async () => {
  await expect(startApp({ DATABASE_URL: 'file:/nowhere/at/all.db' })).rejects.toThrow(
    /Plugin "database" failed in setup/,
  );
});
