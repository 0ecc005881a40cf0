import type { MisplacedRoute } from '@blaizejs/router/files';

import type { TypedRoute } from '../types/route-types.ts';

/** What a server under `blaize dev` tells of itself. */
export type ChildReport =
  | { readonly event: 'listening'; readonly port: number; readonly host: string }
  | { readonly event: 'taken'; readonly port: number; readonly host: string | undefined }
  | { readonly event: 'routes'; readonly routes: readonly TypedRoute[] }
  | ({ readonly event: 'misplaced' } & MisplacedRoute);
