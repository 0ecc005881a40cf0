import { HttpError } from '@blaizejs/errors';
import type { Context } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { onEveryTransport, WIRES } from '../transports.ts';
import { sendRaw } from './send-raw.ts';

// Of the control characters only HTAB may be in a field.
// eslint-disable-next-line no-control-regex -- that is what it is about
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

// CWE-113. The fifth has letters whose last bytes are CR and LF (CVE-2016-2216).
const attacks = [
  'a\r\nx-evil: 1',
  'a\nx-evil: 1',
  'a\rx-evil: 1',
  'a\0x-evil: 1',
  'a\u010d\u010ax-evil: 1',
  'a\r\n\r\n<p>evil',
  '\r\nx-evil: 1',
  'a\r\n x-evil: 1',
  'a\x7f\x0b\x0c\x1b',
];

const refused: Record<string, (ctx: Context, attack: string) => unknown> = {
  'header()': ({ response }, attack) => response.header('x-any', attack),
  'header() with a list': ({ response }, attack) => response.header('x-any', ['fine', attack]),
  'a header name': ({ response }, attack) => response.header(attack, 'x'),
  'headers()': ({ response }, attack) => response.headers({ 'x-any': attack }),
  'type()': ({ response }, attack) => response.type(attack),
  'a cookie name': ({ response }, attack) => response.cookie(attack, 'x'),
  'a cookie path': ({ response }, attack) => response.cookie('a', 'x', { path: attack }),
  'a cookie domain': ({ response }, attack) => response.cookie('a', 'x', { domain: attack }),
  'the status text of a Response': (_ctx, attack) => new Response('x', { statusText: attack }),
  'the fields of an HttpError': (_ctx, attack) => new HttpError(404, 'x', { headers: { 'x-any': attack } }),
};

const mended: Record<string, (ctx: Context, attack: string) => unknown> = {
  'a cookie value': ({ response }, attack) => response.cookie('a', attack),
  'redirect()': ({ response }, attack) => response.redirect(`/${attack}`),
  // It removes line breaks from the ends by itself.
  'a Response': (_ctx, attack) => new Response('x', { headers: { 'x-any': attack } }),
  'the type of a Blob': (_ctx, attack) => new Blob(['x'], { type: attack }),
  'the message of an error': (_ctx, attack) => new HttpError(404, attack),
};

const openRedirects = [
  '//evil.example',
  '/\\evil.example',
  'https://evil.example/?a=%0d%0a',
  'javascript:alert(1)',
  'https://user@evil.example:81/#x',
  '',
];

onEveryTransport(
  'what an application was made to say',
  () => ({}),
  ({ server }) => {
    const setters = { ...refused, ...mended };
    server.router.addRoute('GET', '/', {
      handler: (ctx) => {
        const { setter, attack } = ctx.request.query as Record<string, string>;
        return setters[setter ?? '']?.(ctx, attacks[Number(attack)] ?? '');
      },
    });
    server.router.addRoute('GET', '/redirect', {
      handler: ({ request, response }) => response.redirect(request.query.to as string),
    });
    server.router.addRoute('GET', '/cookie', {
      handler: ({ request, response }) => response.cookie('a', request.query.value as string),
    });
    server.router.addRoute('GET', '/cookie-path', {
      handler: ({ request, response }) => response.cookie('a', 'x', { path: request.query.path as string }),
    });
  },
  (reach) => {
    const outcomes = async (setter: string): Promise<number[]> => {
      const answers = attacks.map(async (_attack, index) => {
        const query = new URLSearchParams({ setter, attack: String(index) });
        const { status, fields, content } = await sendRaw(reach(), { target: `/?${query.toString()}` });
        expect(fields['x-evil']).toBeUndefined();
        for (const line of Object.values(fields).flat()) expect(line).not.toMatch(CONTROL);
        expect(content.toString()).not.toMatch(/^<p>evil/);
        return status;
      });
      return Promise.all(answers);
    };

    test.each(Object.keys(refused))(
      '%s can not begin another field (RFC 9110 section 5.5, CWE-113)',
      async (setter) => {
        expect(new Set(await outcomes(setter))).toEqual(new Set([500]));
      },
    );

    test.each(Object.keys(mended))('%s neither (RFC 9110 section 5.5, CWE-113)', async (setter) => {
      const statuses = await outcomes(setter);
      if (setter !== 'a Response') expect(statuses).not.toContain(500);
    });

    test.each(openRedirects)(
      'a redirect goes where it was told, and nowhere else: %j (CWE-601)',
      async (to) => {
        const { status, fields } = await sendRaw(reach(), {
          target: `/redirect?to=${encodeURIComponent(to)}`,
        });
        expect([status, fields.location]).toEqual([302, [to]]);
      },
    );

    test('a cookie value adds no attribute and no cookie (RFC 6265 section 4.1.1)', async () => {
      const value = 'x; Domain=evil.example; Path=/, b=2; HttpOnly="';
      const { fields } = await sendRaw(reach(), { target: `/cookie?value=${encodeURIComponent(value)}` });
      const secure = reach().transport === 'HTTP/1.1' ? '' : '; Secure';
      expect(fields['set-cookie']).toEqual([
        `a=${encodeURIComponent(value)}; Path=/; HttpOnly${secure}; SameSite=Lax`,
      ]);
    });

    test('an attribute of a cookie adds no other (RFC 6265 section 4.1.1)', async () => {
      const { status, fields } = await sendRaw(reach(), {
        target: '/cookie-path?path=/x;%20Domain=evil.example',
      });
      expect([status, fields['set-cookie']]).toEqual([500, undefined]);
    });
  },
  WIRES,
);
