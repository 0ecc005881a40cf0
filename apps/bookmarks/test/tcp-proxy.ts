import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Passes connections on to a port of this machine, until it cuts them. */
export class TcpProxy {
  readonly url: string;
  readonly #sockets: Set<Socket>;

  private constructor(port: number, sockets: Set<Socket>) {
    this.url = `https://127.0.0.1:${port}`;
    this.#sockets = sockets;
  }

  /** Starts one that ends with the test. */
  static async start(target: string): Promise<TcpProxy> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      const upstream = connect(Number(new URL(target).port), '127.0.0.1');
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        sockets.add(from);
        from.on('error', () => undefined).on('close', () => (sockets.delete(from), to.destroy()));
        from.pipe(to);
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TcpProxy((server.address() as AddressInfo).port, sockets);
    onTestFinished(() => {
      server.close();
      proxy.cut();
    });
    return proxy;
  }

  /** Breaks all connections off. @returns how many there were */
  cut(): number {
    const count = this.#sockets.size / 2;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    return count;
  }
}
