import { createPlugin, createServer, type Server } from 'blaizejs';
import { expect, test, vi } from 'vitest';

async function listening(seen: string[] = []): Promise<Server> {
  const plugin = createPlugin('plugin', '1.0.0', () => ({ terminate: () => seen.push('terminate') }));
  const server = createServer({
    port: 0,
    routesDir: false,
    logger: false,
    watch: false,
    handleSignals: false,
    plugins: [plugin],
  });
  return server.listen();
}

test('onStopping runs before plugins end, onStopped last; both are awaited', async () => {
  const seen: string[] = [];
  const server = await listening(seen);
  await server.close({
    timeout: 30_000,
    onStopping: async () => {
      await new Promise(setImmediate);
      seen.push('onStopping');
    },
    onStopped: async () => {
      await new Promise(setImmediate);
      seen.push('onStopped');
    },
  });
  expect(seen).toEqual(['onStopping', 'terminate', 'onStopped']);
});

test('hooks run in addition to the listeners of events', async () => {
  const server = await listening();
  const listeners = { stopping: vi.fn(), stopped: vi.fn() };
  server.events.on('stopping', listeners.stopping);
  server.events.on('stopped', listeners.stopped);
  const hooks = { onStopping: vi.fn(), onStopped: vi.fn() };

  await server.close(hooks);

  for (const called of [...Object.values(listeners), ...Object.values(hooks)])
    expect(called).toHaveBeenCalledOnce();
});

test('a hook that fails is reported, and the server still stops', async () => {
  const server = await listening();
  const heard = vi.fn();
  const onStopped = vi.fn();
  server.events.on('error', heard);
  await server.close({ onStopping: () => Promise.reject(new Error('no')), onStopped });
  expect(heard).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'no' }));
  expect(onStopped).toHaveBeenCalledOnce();
  expect(server.server.listening).toBe(false);
});

test('a hook that hangs delays the stop only for its time limit', async () => {
  const server = await listening();
  const onStopped = vi.fn();
  await server.close({ timeout: 200, onStopping: () => new Promise(() => undefined), onStopped });
  expect(onStopped).toHaveBeenCalledOnce();
  expect(server.server.listening).toBe(false);
});
