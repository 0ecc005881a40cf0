import type { Client } from './client.ts';
import type { AnyCallOptions, ClientOptions, FetchTarget } from './options.ts';
import { assertOk, type ReadResponse, readResponse } from './read-response.ts';
import { type Call, send } from './send.ts';
import { readSettings } from './settings.ts';

/**
 * Creates a client for the routes of a server.
 *
 * ```ts
 * const api = createClient<Routes>('https://example.org');
 * const user = await api.get('/users/[id]', { params: { id: '1' } });
 * ```
 *
 * @typeParam Routes the routes by method and path, as `blaize` writes them to `.blaize/routes.d.ts`
 * @param target where the server is, with the path that is in front of all its routes; or an app or server of this process
 * @throws ClientError `ERR_BLAIZE_CLIENT_REQUEST` for a URL other than of http, and for an unknown option
 */
export function createClient<Routes extends object>(
  target: string | URL | FetchTarget,
  options: ClientOptions = {},
): Client<Routes> {
  const settings = readSettings(target, options);
  const client: Record<string, unknown> = {};
  for (const name of ['get', 'head', 'post', 'put', 'patch', 'delete', 'options']) {
    const method = name.toUpperCase();
    const to = (path: string, options: AnyCallOptions = {}): Call => ({
      settings,
      method,
      path,
      name: `${method} ${path}`,
      options,
    });
    const result = (path: string, options?: AnyCallOptions): Promise<ReadResponse> => {
      const call = to(path, options);
      return send(call, (response) => readResponse(call, response));
    };
    const data = (path: string, options?: AnyCallOptions): Promise<unknown> => {
      const call = to(path, options);
      return send(call, async (response) => {
        const { data, error } = await readResponse(call, response);
        if (error) throw error;
        return data;
      });
    };
    const response = (path: string, options?: AnyCallOptions): Promise<Response> => {
      const call = to(path, options);
      return send(call, (response) => assertOk(call, response).then(() => response), true);
    };
    client[name] = Object.assign(data, { result, response, '~call': to });
  }
  return client as unknown as Client<Routes>;
}
