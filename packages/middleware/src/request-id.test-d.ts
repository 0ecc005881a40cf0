import { requestId } from './request-id.ts';

requestId();
requestId({ header: 'X-Request-Id' });

// @ts-expect-error one header
requestId({ header: ['X-Request-Id'] });
// @ts-expect-error a misspelt option
requestId({ headers: 'X-Request-Id' });
