export const handler = async () => ({ statusCode: 200, body: 'hello' });
export default { fetch: () => new Response('hello') };
