import { readFile } from 'node:fs/promises';
import path from 'node:path';

const DIRECTORY = path.resolve(import.meta.dirname, '../public');

/** Reads a file of the page. The name comes from code, never from a request. */
export function readPublicFile(name: 'index.html' | 'app.js' | 'style.css'): Promise<string> {
  return readFile(path.join(DIRECTORY, name), 'utf8');
}
