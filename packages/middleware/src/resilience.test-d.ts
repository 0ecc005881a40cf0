import { resilientFetch, type ResilientFetch } from './resilience.ts';

const payments: ResilientFetch = resilientFetch({ name: 'payments', retry: { limit: 1 }, breaker: false });
const asFetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response> = payments;
const circuit: 'closed' | 'open' | 'half-open' = payments.state.circuit;

// @ts-expect-error a name is needed
resilientFetch({ timeout: 1000 });
// @ts-expect-error `false` or an object
resilientFetch({ name: 'payments', retry: true });
// @ts-expect-error a misspelt option
resilientFetch({ name: 'payments', bulkhead: { max: 5 } });
// @ts-expect-error nobody may set it
payments.state.circuit = 'open';

export { asFetch, circuit };
