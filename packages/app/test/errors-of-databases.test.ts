import { describe, expect, test } from 'vitest';

import { ConflictError, HttpError } from '@blaizejs/errors';
import { createMiddleware } from '@blaizejs/middleware';

import { createApp } from '../src/create-app.ts';

const UNIQUE = /^(?:23505|ER_DUP_ENTRY|SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY))$/;

// As the guide to errors has it.
function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, extendedCode } = error as { code?: unknown; extendedCode?: unknown };
  return UNIQUE.test(String(extendedCode ?? code)) || isUniqueViolation(error.cause);
}

class Taken extends HttpError {
  declare readonly details: { readonly name: string };
  constructor(name: string) {
    super(409, 'Taken.', { type: 'https://example.com/taken', code: 'TAKEN', details: { name } });
  }
}

async function answerTo(thrown: unknown): Promise<[number, Record<string, unknown>]> {
  const app = createApp({
    mode: 'production',
    logger: false,
    middleware: [
      createMiddleware({
        name: 'database-errors',
        onError: (error) =>
          isUniqueViolation(error)
            ? new ConflictError('That is already taken.', { cause: error })
            : undefined,
      }),
    ],
  });
  app.router.addRoute('POST', '/', {
    handler: async () => {
      await Promise.resolve();
      throw thrown;
    },
  });
  const response = await app.fetch(new Request('http://localhost/', { method: 'POST' }));
  return [response.status, (await response.json()) as Record<string, unknown>];
}

const driver = (fields: object) =>
  Object.assign(new Error('duplicate key value violates users_email_key: (ada@example.com)'), fields);

describe('a unique violation is a 409 that shows nothing of the database', () => {
  test.each<[string, Error]>([
    ['pg', driver({ code: '23505', detail: 'Key (email)=(ada@example.com) already exists.' })],
    ['mysql2', driver({ code: 'ER_DUP_ENTRY', errno: 1062 })],
    ['better-sqlite3', driver({ code: 'SQLITE_CONSTRAINT_UNIQUE' })],
    ['libSQL', driver({ code: 'SQLITE_CONSTRAINT', extendedCode: 'SQLITE_CONSTRAINT_UNIQUE' })],
    ['drizzle', new Error('Failed query', { cause: driver({ code: '23505' }) })],
  ])('%s', async (_driver, error) => {
    const [status, problem] = await answerTo(error);
    expect([status, problem.code]).toEqual([409, 'ERR_BLAIZE_CONFLICT']);
    expect(JSON.stringify(problem)).not.toMatch(/ada@|users_email|duplicate|Failed query/);
  });

  test('other errors of a database stay a 500', async () => {
    expect((await answerTo(driver({ code: '23503' })))[0]).toBe(500);
  });
});

test('a class of its own has its own type, code and details', async () => {
  expect(new Taken('ada').details.name).toBe('ada');
  expect(await answerTo(new Taken('ada'))).toMatchObject([
    409,
    { type: 'https://example.com/taken', code: 'TAKEN', detail: 'Taken.', details: { name: 'ada' } },
  ]);
});
