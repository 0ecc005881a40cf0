import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import { SMTPServer } from 'smtp-server';

/** A mail that was taken. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** By name, in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** What becomes of a mail: a code of SMTP refuses it, 550 its recipient. `vanish` takes it, and cuts the connection before it says so. */
export type MailAnswer = 'take' | 'vanish' | number;

/** A mail server that takes everything, unless a test says otherwise. */
export class MailServer implements AsyncDisposable {
  readonly mails: ReceivedMail[] = [];
  /** What becomes of the next mails. */
  readonly answers: MailAnswer[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: (_address, _session, callback) => callback(this.answers[0] === 550 ? this.#refusal() : null),
    onData: (stream, { envelope: { mailFrom, rcptTo } }, callback) => {
      void text(stream).then((raw) => {
        if (typeof this.answers[0] === 'number') return callback(this.#refusal());
        const from = mailFrom === false ? '' : mailFrom.address;
        this.mails.push({ from, to: rcptTo.map(({ address }) => address), ...read(raw) });
        if (this.answers.shift() === 'vanish') this.#cut();
        else callback();
      });
    },
  });

  /** @param port default: any that is free */
  static async start(port = 0): Promise<MailServer> {
    const mailServer = new MailServer();
    const server = mailServer.#server.listen(port, '127.0.0.1');
    server.on('connection', (socket: Socket) => {
      mailServer.#sockets.add(socket);
      socket.once('close', () => mailServer.#sockets.delete(socket));
    });
    mailServer.#server.on('error', () => undefined);
    await once(server, 'listening');
    return mailServer;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(resolve));
    this.#cut();
    await closed;
  }

  #refusal(): Error {
    return Object.assign(new Error('Not this one.'), { responseCode: this.answers.shift() });
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function read(raw: string): Pick<ReceivedMail, 'headers' | 'body'> {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
      return [name.toLowerCase(), value] as const;
    }),
  );
  return { headers, body: raw.slice(end + 4).trim() };
}
