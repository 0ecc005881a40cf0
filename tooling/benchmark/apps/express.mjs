import { createServer } from 'node:http';
import { pipeline } from 'node:stream';

import express from 'express';

import { bytes, hello, Item, listen } from './shared.mjs';

/** @import { NextFunction, Request, Response } from 'express' */
/** @import { AppOptions } from './shared.mjs' */

/** @type {(req: Request, res: Response, next: NextFunction) => Promise<void>} */
const pass = async (_req, _res, next) => {
  await next();
};

/** Over HTTP/1.1 only: Express 5 turns requests into `http.IncomingMessage`, which those of `node:http2` are not. */
/** @param {AppOptions} options */
export function start({ routes }) {
  const app = express();
  // The others send neither.
  app.disable('etag').disable('x-powered-by');
  app.get('/json', (_req, res) => {
    res.json(hello());
  });
  app.get('/users/:id', (req, res) => {
    const { verbose, page } = req.query;
    res.json({ id: req.params.id, verbose, page });
  });
  app.post('/items', express.json(), (req, res) => {
    const { success, data, error } = Item.safeParse(req.body);
    if (success) res.status(201).json({ id: 1, ...data });
    else res.status(400).json({ issues: error.issues });
  });
  app.get('/chain', pass, pass, pass, pass, pass, (_req, res) => {
    res.json(hello());
  });
  app.get('/stream', (_req, res) => {
    res.type('application/octet-stream');
    pipeline(bytes(), res, () => undefined);
  });
  for (let route = 0; route < routes; route++) {
    app.get(`/r${route}/:id`, (req, res) => {
      res.json({ route, id: req.params.id });
    });
  }
  return listen(createServer(app));
}
