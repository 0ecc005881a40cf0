import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which bytes are sent as they are. */
export class RawConnection implements Disposable {
  readonly socket: Socket;
  received = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (this.received += text));
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  send(...pieces: readonly (string | Uint8Array)[]): this {
    for (const each of pieces) this.socket.write(each);
    return this;
  }

  /** Waits until as many answers have come, or the connection is closed. Returns the status of each answer. */
  async statuses(count: number): Promise<number[]> {
    const all = (): number[] =>
      [...this.received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
    while (all().length < count && !this.socket.destroyed) {
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]);
    }
    return all();
  }

  /** Waits until the server closes the connection. */
  async closed(): Promise<void> {
    if (!this.socket.destroyed) await once(this.socket, 'close');
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
