import { describe, expect, test } from 'vitest';

import { note } from '../src/notes.ts';
import { startApp } from './app.ts';

describe.each(['http1', 'http2'] as const)('notes over %s', (protocol) => {
  test('can be added, listed, shown and deleted', async () => {
    const { [protocol]: client } = await startApp();
    const added = await client.request('/notes', { method: 'POST', body: { text: ' Buy milk ' } });
    expect(added.status).toBe(201);
    expect(added.headers.get('location')).toBe('/notes/1');
    const first = note.parse(await added.json());
    expect(first).toMatchObject({ id: 1, text: 'Buy milk' });

    await client.request('/notes', { method: 'POST', body: { text: 'Call Ada' } });
    expect(await (await client.request('/notes?limit=1')).json()).toMatchObject([{ text: 'Call Ada' }]);
    expect(await (await client.request('/notes/1')).json()).toEqual(first);

    expect((await client.request('/notes/1', { method: 'DELETE' })).status).toBe(204);
    expect((await client.request('/notes/1')).status).toBe(404);
    expect((await client.request('/notes/1', { method: 'DELETE' })).status).toBe(404);
  });

  test('are refused if invalid, with the name of each field', async () => {
    const { [protocol]: client } = await startApp();
    const refused = await client.request('/notes', { method: 'POST', body: { text: '', colour: 'red' } });
    expect(refused.status).toBe(400);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({
      details: [
        { in: 'body', pointer: '/text' },
        { in: 'body', pointer: '' },
      ],
    });
  });
});
