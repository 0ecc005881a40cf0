/** What clients send to prove who they are, for the cases of built-in middleware that asks for it. */
import { createHmac } from 'node:crypto';

export const SECRET = 'a secret for tokens of the benchmark';
export const USER = { name: 'ada', password: 'correct horse battery staple' };
export const API_KEY = 'a key of the benchmark, which is as good as any other';

const encode = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** HS256, until 2100. */
function makeToken() {
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: 'ada', exp: 4_102_444_800 })}`;
  return `${content}.${createHmac('sha256', SECRET).update(content).digest('base64url')}`;
}

/** By the name of the case. @type {Readonly<Record<string, Readonly<Record<string, string>>>>} */
export const SENT_HEADERS = {
  'basic-auth': {
    authorization: `Basic ${Buffer.from(`${USER.name}:${USER.password}`).toString('base64')}`,
  },
  'api-key-auth': { 'x-api-key': API_KEY },
  'jwt-auth': { authorization: `Bearer ${makeToken()}` },
};
