import { inspect } from 'node:util';

import { type Frame, parseStack } from './stack-frames.ts';
import { visible } from './visible.ts';

/** The part of an error that is shown. Everything is copied, since reading from the error may fail. */
export interface ShownError {
  /** How it relates to the previous error; empty for the first one. */
  readonly relation: '' | 'Caused by' | 'Contains';
  /** How many other errors contain it. */
  readonly level: number;
  /** `TypeError`, for example. */
  readonly name: string;
  readonly message: string;
  /** `ECONNREFUSED`, for example; empty if it has none. */
  readonly code: string;
  readonly frames: readonly Frame[];
}

/** An error with its causes and the errors that it contains. */
export interface ErrorChain {
  /** Each error comes before its cause. */
  readonly errors: readonly [ShownError, ...ShownError[]];
  /** Whether there are more errors than these. */
  readonly more: boolean;
}

const MAX_DEPTH = 8;
const MAX_ERRORS = 16;

/**
 * Reads an error, its causes, and the errors of an AggregateError. Never throws, stops at cycles, and reads a limited
 * number.
 */
export function readChain(error: unknown, project: string | undefined): ErrorChain {
  const seen = new Set<unknown>();
  const behind: ShownError[] = [];
  let more = false;
  const add = (thrown: unknown, relation: ShownError['relation'], level: number, depth: number): void => {
    if (typeof thrown === 'object' && thrown !== null) {
      if (seen.has(thrown)) return;
      seen.add(thrown);
    }
    if (behind.length >= MAX_ERRORS - 1 || depth > MAX_DEPTH) {
      more = true;
      return;
    }
    behind.push(readError(thrown, relation, level, project));
    follow(thrown, level, depth);
  };
  const follow = (thrown: unknown, level: number, depth: number): void => {
    const errors = listOf(read(thrown, 'errors'));
    for (const one of errors) add(one, 'Contains', level + 1, depth + 1);
    const cause = read(thrown, 'cause');
    if (cause !== undefined && cause !== null) add(cause, 'Caused by', level, depth + 1);
  };
  seen.add(error);
  const first = readError(error, '', 0, project);
  follow(error, 0, 0);
  return { errors: [first, ...behind], more };
}

function readError(
  error: unknown,
  relation: ShownError['relation'],
  level: number,
  project: string | undefined,
): ShownError {
  const message = read(error, 'message');
  if (typeof message !== 'string') {
    return { relation, level, name: '', message: describe(error), code: '', frames: [] };
  }
  const stack = read(error, 'stack');
  const code = read(error, 'code');
  return {
    relation,
    level,
    name: visible(nameOf(error), 100),
    message: visible(message),
    code: typeof code === 'string' || typeof code === 'number' ? visible(String(code), 100) : '',
    frames: typeof stack === 'string' ? thrownAt(parseStack(stack, message, project)) : [],
  };
}

// If toError() made the error from another value, its stack doesn't show where that was thrown.
function thrownAt(frames: Frame[]): Frame[] {
  return frames[0]?.call === 'toError' ? [] : frames;
}

/** A property, or undefined if reading it throws. */
function read(value: unknown, key: PropertyKey): unknown {
  try {
    return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  } catch {
    return undefined;
  }
}

/** The first values of a list. */
function listOf(value: unknown): unknown[] {
  try {
    if (!Array.isArray(value)) return [];
    const length = Number(read(value, 'length'));
    return Array.from({ length: Math.min(length, MAX_ERRORS) }, (_, index) => read(value, index));
  } catch {
    return [];
  }
}

/** The name of an error; if it has no name of its own, the name of its class. */
function nameOf(error: unknown): string {
  const name = read(error, 'name');
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
  const constructor = read(error, 'constructor');
  try {
    return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'Error';
  } catch {
    return 'Error';
  }
}

function describe(value: unknown): string {
  try {
    return visible(
      typeof value === 'string'
        ? value
        : inspect(value, { depth: 1, customInspect: false, maxStringLength: 500 }),
    );
  } catch {
    return `a value of type ${typeof value}`;
  }
}
