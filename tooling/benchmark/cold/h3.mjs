import { H3 } from 'h3';
// What h3 is built on.
import { toLambdaHandler } from 'srvx/aws-lambda';

const app = new H3();
app.get('/', () => 'hello');

export const handler = toLambdaHandler({ fetch: (request) => app.fetch(request) });
export default { fetch: (/** @type {Request} */ request) => app.fetch(request) };
