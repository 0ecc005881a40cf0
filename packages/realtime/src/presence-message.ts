import { isObject } from '@blaizejs/errors/internal';

/** Somebody, and what others see of them. */
export type Pair = readonly [id: string, data: unknown];

/** What processes tell each other. `n` counts the changes of the sender. */
export interface Message {
  readonly from: string;
  /** All members of the sender. */
  readonly all?: readonly Pair[] | undefined;
  /** Who has come or changed, and who has left, since `n - 1`. */
  readonly came?: readonly Pair[] | undefined;
  readonly left?: readonly string[] | undefined;
  readonly n?: number | undefined;
  /** Who should tell all: one process, or everybody. */
  readonly ask?: string | undefined;
  /** The sender has nobody any more, and will say nothing else. */
  readonly gone?: boolean | undefined;
}

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isList =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const arePairs = isList((value) => Array.isArray(value) && value.length === 2 && isText(value[0]));
const PARTS: readonly (readonly [keyof Message, Test])[] = [
  ['all', arePairs],
  ['came', arePairs],
  ['left', isList(isText)],
  ['n', Number.isSafeInteger],
  ['ask', isText],
  ['gone', (value) => value === true],
];

/** @returns undefined for what is no message of a presence: something else publishes on that channel */
export function readMessage(text: string): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || typeof value['from'] !== 'string') return undefined;
  for (const [part, test] of PARTS) if (value[part] !== undefined && !test(value[part])) return undefined;
  return value as object as Message;
}
