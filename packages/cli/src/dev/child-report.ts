import type { MisplacedRoute } from '@blaizejs/router/files';

import type { TypedRoute } from '../types/route-types.ts';

/** The messages from a server to `blaize dev`. */
export type ChildReport =
  | { readonly event: 'listening'; readonly port: number; readonly host: string }
  | { readonly event: 'taken'; readonly port: number; readonly host: string | undefined }
  | { readonly event: 'routes'; readonly routes: readonly TypedRoute[] }
  | ({ readonly event: 'misplaced' } & MisplacedRoute);
