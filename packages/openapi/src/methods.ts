import type { OpenApiMethod } from './document.ts';

/** The methods that a path can have, in the order in which a document lists them. */
export const METHODS: readonly OpenApiMethod[] = [
  'get',
  'head',
  'post',
  'put',
  'patch',
  'delete',
  'options',
  'trace',
];
