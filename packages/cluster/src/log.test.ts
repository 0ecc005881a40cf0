import { expect, onTestFinished, test, vi } from 'vitest';

import { createLog } from './log.ts';

test('lines are JSON, with the levels of pino, or plain in a terminal', () => {
  const lines: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const isTTY = process.stderr.isTTY;
  onTestFinished(() => {
    write.mockRestore();
    process.stderr.isTTY = isTTY;
  });
  const log = createLog(undefined);
  process.stderr.isTTY = false;
  log('warn', 'It is late');
  process.stderr.isTTY = true;
  log('error', 'It is too late');
  createLog(false)('error', 'Nobody hears this');
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 40,
    pid: process.pid,
    name: 'cluster',
    msg: 'It is late',
  });
  expect(lines.slice(1)).toEqual(['cluster: It is too late\n']);
});
