import { gunzipSync } from 'node:zlib';
import { Readable } from 'node:stream';

import helmet from 'helmet';
import { expect, test } from 'vitest';

import { connect } from '../../src/connect.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';
import { compression, LocalStrategy, morgan, multer, Passport, session, type User } from './libraries.ts';

const ADA: User = { id: '1', name: 'ada' };
const MIB = 1024 * 1024;

const lines: string[] = [];
let nextLine: (() => void) | undefined;

function lineOf(): Promise<string> {
  return new Promise((resolve) => {
    const found = lines.shift();
    if (found !== undefined) resolve(found);
    else nextLine = () => resolve(lines.shift() ?? '');
  });
}

const passport = new Passport();
passport.use(
  new LocalStrategy((name, password, done) => {
    done(null, name === 'ada' && password === 'secret' && ADA);
  }),
);
passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => done(null, id === ADA.id && ADA));

interface Login {
  user?: User;
  body: Record<string, unknown>;
  session: { views?: number; destroy(done: () => void): void };
}

const login = connect<Login>([
  session({ secret: 'a', resave: false, saveUninitialized: false }),
  passport.initialize(),
  passport.session(),
]);

onEveryWay(
  'connect() runs helmet, morgan, compression',
  () => ({
    mode: 'production',
    logger: false,
    middleware: [
      connect([
        helmet(),
        morgan(':method :url :status :res[content-length]', {
          stream: {
            write: (line) => {
              lines.push(line.trim());
              nextLine?.();
              nextLine = undefined;
            },
          },
        }),
        compression(),
      ]),
    ],
  }),
  (router) => {
    router.addRoute('GET', '/small', { handler: () => 'small' });
    router.addRoute('GET', '/large', { handler: () => 'large '.repeat(1000) });
    router.addRoute('GET', '/stream', {
      handler: ({ response }) =>
        response.type('text/plain').stream(Readable.from(['one ', 'two '.repeat(10_000), 'three'])),
    });
    router.addRoute('GET', '/none', { handler: () => undefined });
    router.addRoute('GET', '/broken', {
      handler: () => {
        throw new Error('x'.repeat(2000));
      },
    });
  },
  (reach) => {
    test('helmet sets its headers on answers, errors and 404s', async () => {
      for (const path of ['/small', '/broken', '/nothing', '/none']) {
        const response = await reach().request(path);
        expect(response.headers.get('x-content-type-options'), path).toBe('nosniff');
        expect(response.headers.get('content-security-policy'), path).toContain("default-src 'self'");
        await response.arrayBuffer();
      }
    });

    test('morgan writes a line with what was sent', async () => {
      lines.length = 0;
      await (await reach().request('/small?a=1')).text();
      expect(await lineOf()).toBe('GET /small?a=1 200 5');
      await (await reach().request('/nothing')).text();
      expect(await lineOf()).toMatch(/^GET \/nothing 404 \d+$/);
      await (await reach().request('/none')).text();
      expect(await lineOf()).toMatch('GET /none 204 -');
    });

    test.each(['/large', '/stream'])('compression compresses %s', async (path) => {
      const response = await reach().request(path, { headers: { 'accept-encoding': 'gzip' } });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(response.headers.get('vary')?.toLowerCase()).toBe('accept-encoding');
      const body = Buffer.from(await response.arrayBuffer());
      const text = body[0] === 0x1f ? gunzipSync(body).toString() : body.toString();
      expect(text).toBe(path === '/large' ? 'large '.repeat(1000) : `one ${'two '.repeat(10_000)}three`);
    });

    test('compression leaves small answers and clients without gzip alone', async () => {
      const small = await reach().request('/small', { headers: { 'accept-encoding': 'gzip' } });
      expect(small.headers.get('content-encoding')).toBeNull();
      expect(small.headers.get('content-length')).toBe('5');
      expect(await small.text()).toBe('small');
      const plain = await reach().request('/large', { headers: { 'accept-encoding': 'identity' } });
      expect(plain.headers.get('content-length')).toBe('6000');
      expect(await plain.text()).toHaveLength(6000);
    });

    test('HEAD has the header of GET', async () => {
      const response = await reach().request('/large', { method: 'HEAD' });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-length')).toBe('6000');
      expect(await response.text()).toBe('');
    });
  },
);

onEveryWay(
  'connect() runs express-session, passport, multer',
  () => ({ mode: 'production', logger: false, bodyLimit: 2 * MIB, middleware: [login] }),
  (router) => {
    router.addRoute('GET', '/me', {
      middleware: [login],
      handler: ({ state, response }) => {
        const { user } = state.connect.req;
        return user ? { name: user.name } : response.status(401).json({ name: null });
      },
    });
    router.addRoute('GET', '/views', {
      middleware: [login],
      handler: ({ state }) => {
        const { session: kept } = state.connect.req;
        kept.views = (kept.views ?? 0) + 1;
        return { views: kept.views };
      },
    });
    router.addRoute('POST', '/login', {
      middleware: [connect(multer().single('none')), connect(passport.authenticate('local'))],
      handler: () => ({ ok: true }),
    });
    router.addRoute('GET', '/login', {
      middleware: [
        connect(passport.authenticate('local', { failureRedirect: '/sorry', successRedirect: '/me' })),
      ],
      handler: () => ({ ok: true }),
    });
    router.addRoute('POST', '/upload', {
      middleware: [
        connect<{ file?: { originalname: string; size: number }; body: Record<string, string> }>(
          multer().single('file'),
        ),
      ],
      handler: ({ state }) => ({ ...state.connect.req.body, size: state.connect.req.file?.size }),
    });
  },
  (reach) => {
    function form(fields: Readonly<Record<string, string | Blob>>): FormData {
      const made = new FormData();
      for (const [name, value] of Object.entries(fields)) made.append(name, value);
      return made;
    }

    test('a visitor without a session gets no cookie', async () => {
      const response = await reach().request('/me');
      expect(response.status).toBe(401);
      expect(response.headers.get('set-cookie')).toBeNull();
    });

    test('a session that is written in the handler is kept', async () => {
      const first = await reach().request('/views');
      const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
      expect(await first.json()).toEqual({ views: 1 });
      const second = await reach().request('/views', { headers: { cookie } });
      expect(await second.json()).toEqual({ views: 2 });
      expect(second.headers.get('set-cookie')).toBeNull();
    });

    test('passport signs in, and knows the user in the next request', async () => {
      const response = await reach().request('/login', {
        method: 'POST',
        body: form({ username: 'ada', password: 'secret' }),
      });
      expect(response.status).toBe(200);
      const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
      expect(cookie).toContain('connect.sid=');
      const me = await reach().request('/me', { headers: { cookie } });
      expect(await me.json()).toEqual({ name: 'ada' });
    });

    test('passport answers 401 to a wrong password', async () => {
      const response = await reach().request('/login', {
        method: 'POST',
        body: form({ username: 'ada', password: 'wrong' }),
      });
      expect(response.status).toBe(401);
      expect(await response.text()).toBe('Unauthorized');
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    });

    test('passport redirects', async () => {
      const failed = await reach().request('/login?username=ada&password=wrong', { redirect: 'manual' });
      expect([failed.status, failed.headers.get('location')]).toEqual([302, '/sorry']);
      const passed = await reach().request('/login?username=ada&password=secret', { redirect: 'manual' });
      expect([passed.status, passed.headers.get('location')]).toEqual([302, '/me']);
      expect(passed.headers.get('set-cookie')).toContain('connect.sid=');
    });

    test('multer reads files', async () => {
      const file = new Blob([new Uint8Array(MIB)]);
      const response = await reach().request('/upload', {
        method: 'POST',
        body: form({ title: 'one', file }),
      });
      expect(await response.json()).toEqual({ title: 'one', size: MIB });
    });

    test('a body above the limit of the route is refused', async () => {
      const file = new Blob([new Uint8Array(3 * MIB)]);
      const response = await reach().request('/upload', { method: 'POST', body: form({ file }) });
      expect(response.status).toBe(413);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    });
  },
);
