import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decode, encode, type SrvAnswer } from 'dns-packet';
import { onTestFinished } from 'vitest';

/** A DNS server with SRV records that a test may change. */
export async function startDns(records: SrvAnswer['data'][]) {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, { port, address }) => {
    const { id, questions = [] } = decode(message);
    asked.push(...questions.map(({ name }) => name));
    const name = questions[0]?.name ?? '';
    const answers = records.map((data): SrvAnswer => ({ type: 'SRV', name, ttl: 0, data }));
    socket.send(encode({ type: 'response', id, questions, answers }), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { server: `127.0.0.1:${socket.address().port}`, asked };
}

/** An HTTP server that says its name. */
export async function startInstance(name: string) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    if (request.url === '/breaks') request.socket.destroy();
    else response.end(`${name} ${request.method} ${request.url}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await closed;
  };
  onTestFinished(close);
  return {
    host: '127.0.0.1',
    port,
    close,
    get requests() {
      return requests;
    },
  };
}

interface Registered {
  readonly ID: string;
  readonly Name: string;
  readonly Address: string;
  readonly Port: number;
  readonly Check: Readonly<Record<string, unknown>>;
}

/** The part of Consul's agent that registers services, and lists those whose check passes. */
export async function startConsul() {
  const services = new Map<string, Registered>();
  const requests: { line: string; token: unknown }[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    void answer(request).then((body) => response.writeHead(status).end(body));
  });
  async function answer(request: IncomingMessage): Promise<string> {
    const { pathname } = new URL(request.url ?? '', 'http://consul');
    requests.push({ line: `${request.method} ${request.url}`, token: request.headers['x-consul-token'] });
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
    if (status !== 200) return 'no leader';
    if (pathname === '/v1/agent/service/register') {
      const service = JSON.parse(body) as Registered;
      services.set(service.ID, service);
      return '';
    }
    const [, gone] = /^\/v1\/agent\/service\/deregister\/(.+)$/.exec(pathname) ?? [];
    if (gone !== undefined) {
      services.delete(decodeURIComponent(gone));
      return '';
    }
    const name = pathname.split('/').at(-1);
    const found = [...services.values()].filter((each) => each.Name === name);
    return JSON.stringify(
      found.map(({ Address, Port }) => ({ Node: { Address: '127.0.0.1' }, Service: { Address, Port } })),
    );
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    services,
    requests,
    answerWith(wanted: number) {
      status = wanted;
    },
  };
}
