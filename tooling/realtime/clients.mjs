/** A process that opens many streams or sockets, and counts the messages that reach them. */
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';

import { answerParent } from '../soak/processes.mjs';
import { END } from './messages.mjs';

/** @import { Duplex } from 'node:stream' */
/** @import { Kind, Protocol } from './server.mjs' */
/** @import { ClientHttp2Session } from 'node:http2' */

/** @typedef {{ stream: Duplex, messages: number }} Client */
/** @typedef {{ kind: Kind, protocol: Protocol, port: number, count: number, perSession: number, room: string }} Opening */

const HOST = '127.0.0.1';
// Handshakes that are under way at once.
const AT_ONCE = 50;
// Bytes. One stream that stalls must not stall its session for want of a window.
const SESSION_WINDOW = 2 ** 24;

/** @type {Map<string, Client[]>} */
const rooms = new Map();
/** @type {Set<ClientHttp2Session>} */
const sessions = new Set();
let lost = 0;

answerParent({
  open: async (/** @type {Opening} */ opening) => {
    let left = opening.count;
    let opened = 0;
    /** @type {Promise<ClientHttp2Session> | undefined} */
    let session;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        if (opening.protocol === 'h1') {
          await overHttp1(opening);
          continue;
        }
        if (opened % opening.perSession === 0) session = openSession(opening);
        opened += 1;
        if (opening.kind === 'none') await session;
        else await overHttp2(opening, await /** @type {Promise<ClientHttp2Session>} */ (session));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  },
  /** How many clients of a room have so many messages, and how many have lost their connection. */
  reached: ({ room, messages }) => ({
    reached: (rooms.get(room) ?? []).filter((client) => client.messages >= messages).length,
    lost,
  }),
  /** Resolves when all but so many clients of a room have so many messages. */
  reach: async ({ room, messages, but = 0 }) => {
    const clients = rooms.get(room) ?? [];
    while (clients.filter((client) => client.messages >= messages).length < clients.length - but) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  },
  reset: () => {
    for (const clients of rooms.values()) for (const client of clients) client.messages = 0;
  },
  /** Lets the first client of a room read no more. */
  stall: (room) => void rooms.get(room)?.[0]?.stream.pause(),
  close: async () => {
    for (const clients of rooms.values()) for (const { stream } of clients) stream.destroy();
    for (const session of sessions) session.destroy();
    rooms.clear();
    sessions.clear();
    lost = 0;
  },
});

/** @param {Opening} opening */
async function openSession({ port }) {
  const session = connectHttp2(`https://${HOST}:${port}`, { rejectUnauthorized: false });
  sessions.add(session);
  session.on('error', () => {}).on('close', () => sessions.delete(session));
  await once(session, 'remoteSettings');
  session.setLocalWindowSize(SESSION_WINDOW);
  return session;
}

/** @param {Opening} opening @param {ClientHttp2Session} session */
async function overHttp2({ kind, room, port }, session) {
  const stream = session.request(
    {
      ':path': `/${kind}?room=${room}`,
      ...(kind === 'ws' && {
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':scheme': 'https',
        ':authority': `${HOST}:${port}`,
        'sec-websocket-version': '13',
      }),
    },
    { endStream: kind === 'sse' },
  );
  const [headers] = await once(stream, 'response');
  if (headers[':status'] !== 200) throw new Error(`The answer is ${headers[':status']}.`);
  keep(stream, room);
}

/** @param {Opening} opening */
async function overHttp1({ port, room }) {
  const socket = connect({ port, host: HOST });
  socket.write(
    `GET /ws?room=${room} HTTP/1.1\r\nHost: ${HOST}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  const [head] = await once(socket, 'data');
  if (!head.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(`The answer is ${head}`);
  keep(socket, room);
}

/** @param {Duplex} stream @param {string} room */
function keep(stream, room) {
  /** @type {Client} */
  const client = { stream, messages: 0 };
  const clients = rooms.get(room);
  if (clients) clients.push(client);
  else rooms.set(room, [client]);
  stream
    .on('data', (/** @type {Buffer} */ chunk) => {
      for (let at = chunk.indexOf(END); at !== -1; at = chunk.indexOf(END, at + 1)) client.messages += 1;
    })
    .on('error', () => {})
    .on('close', () => (lost += 1));
}
