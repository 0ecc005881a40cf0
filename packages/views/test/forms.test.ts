import { expect, test } from 'vitest';
import { z } from 'zod';

import { reply } from '@blaizejs/context';
import { csrf } from '@blaizejs/middleware/csrf';
import { createGetRoute, createPostRoute } from '@blaizejs/router';
import { startTestServer } from '@blaizejs/testing';

import { form, type Form, html, type Html } from '../src/index.ts';
import { onEveryWay } from '../../../tooling/test/ways.ts';

const signUp = form(
  z.object({
    email: z.email('This is no address.'),
    password: z.string().min(12, 'Use 12 characters or more.'),
    answer: z.string().min(5).optional(),
    age: z.coerce.number('Write a number.').min(18, 'You must be 18.').optional(),
    tags: z.array(z.enum(['red', 'blue'], 'Choose one of these.')).default([]),
    address: z.object({ city: z.string().min(1, 'Which city?') }).optional(),
    lines: z.array(z.object({ count: z.coerce.number().min(1, 'At least one.') })).optional(),
    terms: z.literal('on', 'Please agree.').optional(),
  }),
  { secrets: ['answer'] },
);

type SignUp = ReturnType<typeof signUp.blank>;

const field = (data: SignUp, name: Parameters<SignUp['value']>[0], type = 'text'): Html => {
  const error = data.error(name);
  return html`<label for=${name}>${name}</label
    ><input
      id=${name}
      name=${name}
      type=${type}
      value=${data.value(name)}
      aria-invalid=${error !== undefined}
      aria-describedby=${error !== undefined && `${name}-error`}
    />${error !== undefined && html`<p id="${name}-error">${error}</p>`}`;
};

const page = (data: SignUp): Html =>
  html`<form method="post">
    ${field(data, 'email', 'email')}${field(data, 'password', 'password')}${field(data, 'answer')}
    ${field(data, 'address.city')}<input
      type="checkbox"
      name="tags"
      value="red"
      checked=${data.has('tags', 'red')}
    /><input type="checkbox" name="tags" value="blue" checked=${data.has('tags', 'blue')} />
    ${Array.from({ length: data.count('lines') }, (_, index) => field(data, `lines.${index}.count`))}<output
      >${data.errors.length}</output
    >
  </form>`;

const SECRET = 's'.repeat(32);

test('a form with a token of csrf() needs no field for it in its schema', async () => {
  const note = form(z.strictObject({ text: z.string().min(1, 'Write something.') }));
  const protection = csrf({ token: { secret: SECRET, session: () => undefined } });
  await using app = await startTestServer({ mode: 'production' });
  const page = (data: ReturnType<typeof note.blank>, token: string): Html =>
    html`<form method="post"><input type="hidden" name="_csrf" value=${token} />${data.error('text')}</form>`;
  app.server.router.addRoute(
    'GET',
    '/',
    createGetRoute({
      middleware: [protection],
      handler: async ({ state }) => page(note.blank(), await state.csrf.token()),
    }),
  );
  app.server.router.addRoute(
    'POST',
    '/',
    createPostRoute({
      middleware: [protection],
      schema: { body: note },
      handler: async ({ request: { body }, state }) =>
        body.valid ? { ...body.value } : reply(422, page(body.form, await state.csrf.token())),
    }),
  );
  const tokenIn = (text: string): string => /value="([\w-]+)"/.exec(text)?.[1] ?? '';
  const first = await app.http2.request('/');
  const cookie = first.headers.getSetCookie()[0]?.replace(/;.*/s, '') ?? '';
  const send = (fields: Record<string, string>): Promise<Response> =>
    app.http2.request('/', { method: 'POST', body: new URLSearchParams(fields), headers: { cookie } });
  const token = tokenIn(await first.text());
  const again = await send({ text: '', _csrf: token });
  expect(again.status).toBe(422);
  const shown = await again.text();
  expect(shown).toContain('Write something.');
  expect(shown).not.toContain(token);
  const done = await send({ text: 'hi', _csrf: tokenIn(shown) });
  expect(await done.json()).toEqual({ text: 'hi' });
  expect((await send({ text: 'hi' })).status).toBe(403);
});

onEveryWay(
  'a form',
  () => ({ mode: 'production', middleware: [csrf()] }),
  (router) => {
    router.addRoute('GET', '/', { handler: () => page(signUp.blank({ email: 'you@example.com' })) });
    router.addRoute(
      'POST',
      '/',
      createPostRoute({
        schema: { body: signUp },
        handler: ({ request: { body }, response }) => {
          if (!body.valid) return reply(422, page(body.form));
          if (body.value.email === 'taken@example.com') {
            return reply(422, page(body.form.withError('email', 'It has an account.')));
          }
          return response.header('x-value', JSON.stringify(body.value)).redirect('/welcome', 303);
        },
      }),
    );
  },
  (reach) => {
    const send = (body: string | object, type = 'application/x-www-form-urlencoded'): Promise<Response> =>
      reach().request('/', { method: 'POST', body, redirect: 'manual', headers: { 'content-type': type } });

    test('is shown blank, with what it has from the start', async () => {
      const text = await (await reach().request('/')).text();
      expect(text).toContain('value="you@example.com"');
      expect(text).not.toContain('id="email-error"');
      expect(text).toContain('aria-invalid="false"');
      expect(text).not.toContain('aria-describedby');
    });

    test('that is valid gives the value of its schema, and redirects with 303', async () => {
      const response = await send(
        'email=a%40example.com&password=correct+horse+battery&age=20&tags=red&address.city=Rome&lines[0].count=2&lines[3].count=1',
      );
      expect([response.status, response.headers.get('location')]).toEqual([303, '/welcome']);
      expect(JSON.parse(response.headers.get('x-value') ?? '')).toEqual({
        email: 'a@example.com',
        password: 'correct horse battery',
        age: 20,
        tags: ['red'],
        address: { city: 'Rome' },
        lines: [{ count: 2 }, { count: 1 }],
      });
    });

    test('that is not valid is shown again with 422, what was typed, and what is wrong', async () => {
      const response = await send(
        'email=%3Cb%3E%22&password=hunter2&answer=rex&tags[]=blue&tags[]=green&address.city=&lines.0.count=0',
      );
      expect([response.status, response.headers.get('content-type')]).toEqual([
        422,
        'text/html; charset=utf-8',
      ]);
      const text = await response.text();
      expect(text).toContain('value="&lt;b&gt;&quot;"');
      expect(text).toMatch(/id="email"[^>]* aria-invalid="true"\s+aria-describedby="email-error"/);
      expect(text).toContain('<p id="email-error">This is no address.</p>');
      expect(text).toContain('<p id="password-error">Use 12 characters or more.</p>');
      expect(text).toContain('<p id="address.city-error">Which city?</p>');
      expect(text).toContain('<p id="lines.0.count-error">At least one.</p>');
      expect(text).toMatch(/value="blue"\s+checked=""/);
      expect(text).not.toMatch(/value="red"\s+checked/);
      expect(text).not.toContain('hunter2');
      expect(text).not.toContain('value="rex"');
      expect(text).toMatch(/<output\s*>6<\/output/);
    });

    test('keeps what was typed when something else is wrong', async () => {
      const response = await send('email=taken%40example.com&password=correct+horse+battery');
      expect(response.status).toBe(422);
      const text = await response.text();
      expect(text).toContain('value="taken@example.com"');
      expect(text).toContain('It has an account.');
      expect(text).not.toContain('correct horse');
    });

    test('that is empty, or no form at all, is shown again', async () => {
      for (const response of [
        await send(''),
        await send('[1]', 'application/json'),
        await send('text', 'text/plain'),
      ]) {
        expect(response.status).toBe(422);
      }
      expect((await send('{}', 'image/png')).status).toBe(415);
    });

    test('of another site is refused by csrf(), without a token', async () => {
      const response = await reach().request('/', {
        method: 'POST',
        body: 'email=a',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
      });
      expect(response.status).toBe(403);
    });

    test('names reach no prototype', async () => {
      const names = [
        '__proto__.admin',
        'constructor.prototype.admin',
        '__proto__[admin]',
        'a.__proto__.admin',
      ];
      await send(names.map((name) => `${encodeURIComponent(name)}=1`).join('&'));
      expect(({} as { admin?: unknown }).admin).toBeUndefined();
    });
  },
);

const asForm = async (schema: ReturnType<typeof form>, given: unknown): Promise<Form> => {
  const result = await schema['~standard'].validate(given);
  if (result.issues) throw new Error('A form has no issues.');
  return result.value.form;
};

test('a message that repeats a secret is replaced', async () => {
  const data = await asForm(
    form(
      z.object({
        password: z.string().refine(() => false, { error: ({ input }) => `No: ${String(input)}` }),
      }),
    ) as never,
    {
      password: 'hunter2',
    },
  );
  expect(data.errors).toEqual([{ name: 'password', message: 'Invalid value' }]);
  expect(JSON.stringify(data)).not.toContain('hunter2');
});

test('a schema may be asynchronous, and refuse the form as a whole', async () => {
  const schema = form(
    z.object({ a: z.string() }).refine(async () => Promise.resolve(false), 'Too late.') as z.ZodType<{
      a: string;
    }>,
  );
  const data = await asForm(schema as never, { a: '1' });
  expect([data.error(''), data.error('a'), data.value('a')]).toEqual(['Too late.', undefined, '1']);
});

test('files are not given back, and other values are text', async () => {
  const data = await asForm(form(z.object({})) as never, {
    file: new File(['x'], 'a.txt'),
    n: 1,
    yes: true,
    list: ['a', {}, 'b'],
    o: { p: 'q' },
  });
  expect([
    data.value('file'),
    data.value('n'),
    data.value('yes'),
    data.value('o.p'),
    data.value('o'),
    data.value('toString'),
  ]).toEqual(['', '1', 'true', 'q', '', '']);
  expect(data.values('list')).toEqual(['a', 'b']);
});

test('errors of items of a list are errors of the list', async () => {
  const data = await asForm(form(z.object({ tags: z.array(z.enum(['a'], 'Not one of these.')) })) as never, {
    'tags[]': ['a', 'x'],
  });
  expect([data.error('tags'), data.error('tags.1'), data.error('tags.0')]).toEqual([
    'Not one of these.',
    'Not one of these.',
    undefined,
  ]);
});

test('options are checked', () => {
  expect(() => form(z.object({ a: z.string() }), { secret: ['a'] } as never)).toThrow(
    'Did you mean `secrets`?',
  );
});

test('no more errors are kept than anyone reads', async () => {
  const data = await asForm(form(z.object({ a: z.array(z.number()) })) as never, {
    a: Array.from({ length: 900 }, () => 'x'),
  });
  expect(data.errors.length).toBe(100);
});
