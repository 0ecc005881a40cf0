import type { Client } from '@libsql/client';
import { z } from 'zod';

export const note = z.object({ id: z.int(), text: z.string(), createdAt: z.iso.datetime() });

export const newNote = z.strictObject({ text: z.string().trim().min(1).max(2000) });

export type Note = z.output<typeof note>;

const COLUMNS = 'id, text, created_at as createdAt';

/** Lists the latest notes first. */
export async function listNotes(db: Client, limit: number): Promise<Note[]> {
  const { rows } = await db.execute(`select ${COLUMNS} from notes order by id desc limit ?`, [limit]);
  return rows.map((row) => note.parse(row));
}

export async function findNote(db: Client, id: number): Promise<Note | undefined> {
  const { rows } = await db.execute(`select ${COLUMNS} from notes where id = ?`, [id]);
  return note.optional().parse(rows[0]);
}

export async function addNote(db: Client, text: string): Promise<Note> {
  const { rows } = await db.execute(`insert into notes (text) values (?) returning ${COLUMNS}`, [text]);
  return note.parse(rows[0]);
}

/** @returns whether the note existed */
export async function deleteNote(db: Client, id: number): Promise<boolean> {
  const { rowsAffected } = await db.execute('delete from notes where id = ?', [id]);
  return rowsAffected > 0;
}
