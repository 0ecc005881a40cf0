import { expect, test } from 'vitest';

import { listeningInodes, ownerOf } from './port-owner.ts';

test("listeningInodes reads the kernel's table", () => {
  const table = `
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
   1: 0100007F:0BB8 0100007F:A1B2 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1
   2: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0`;
  expect(listeningInodes(table, 3000)).toEqual(['4711']);
  expect(listeningInodes(table, 8080)).toEqual(['4713']);
  expect(listeningInodes(table, 80)).toEqual([]);
});

test('a port that nobody listens on has no owner', async () => {
  expect(await ownerOf(1)).toBeUndefined();
});
