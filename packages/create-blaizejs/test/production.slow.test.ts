import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { type Template, TEMPLATES } from '../src/templates.ts';

const templates = Object.keys(TEMPLATES) as Template[];
const MESSAGE =
  'Production needs a certificate: set SSL_KEY_PATH and SSL_CERT_PATH to PEM files. ' +
  'Or set TLS=off to serve plain HTTP, for a proxy in front that handles TLS.';

/** The output of a template's server that fails to start in production. */
async function failureOf(template: Template, env: NodeJS.ProcessEnv): Promise<string> {
  const server = fileURLToPath(new URL(`../templates/${template}/src/server.ts`, import.meta.url));
  const args = [...FROM_SOURCE, server];
  const clean = { PATH: process.env.PATH, NODE_ENV: 'production', PORT: '0' };
  const failed = await promisify(execFile)(process.execPath, args, {
    env: { ...clean, ...env },
    timeout: 20_000,
  }).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  return (failed as { stderr: string }).stderr;
}

describe.each(templates)('%s without a certificate prints only which variables to set', (template) => {
  test.each([{}, { SSL_KEY_PATH: 'key.pem', SSL_CERT_PATH: '', TLS: '' }])('with %j', async (env) => {
    const lines = (await failureOf(template, env)).trimEnd().split('\n');
    expect(lines.at(-1)).toContain(MESSAGE);
    expect(lines.length).toBeLessThanOrEqual(2);
  });
});

test('api names each wrong setting', async () => {
  const text = await failureOf('api', { TLS: 'no', PORT: 'http' });
  expect(text).toMatch(/^The environment has 2 problems:\n {2}- PORT .*\n {2}- TLS .*\n$/);
});
