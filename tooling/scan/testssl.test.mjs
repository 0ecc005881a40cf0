import { expect, test } from 'vitest';

import { problemsIn, readFindings } from './testssl.mjs';

const FINDINGS = `[
  { "id": "TLS1_3", "ip": "a/127.0.0.1", "port": "443", "severity": "OK", "finding": "offered" }
, { "id": "BREACH", "ip": "a/127.0.0.1", "port": "443", "severity": "MEDIUM", "finding": "compression detected" }
, { "id": "TLS1", "ip": "a/127.0.0.1", "port": "443", "severity": "LOW", "finding": "offered (deprecated)" }
, { "id": "cut off", "ip": "a/1`;

test('findings of LOW or more are problems, except for those that are explained', () => {
  const findings = readFindings(FINDINGS);
  expect(findings).toHaveLength(3);
  expect(problemsIn(findings)).toEqual(['testssl.sh, LOW: TLS1: offered (deprecated)']);
});
