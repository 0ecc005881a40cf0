import { lib } from '../lib/version.ts';

const route = 0;

export const GET = { handler: () => `${route}.${lib}` };
