import { z } from 'zod';

export const tag = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}.+#-]{0,39}$/u, {
    error: 'one word of up to 40 letters, digits and . + # -',
  });

const fields = z.strictObject({
  // Nothing but the web: /go/[id] sends people there.
  url: z.url({ protocol: /^https?$/, normalize: true, error: 'an http or https URL' }).max(2000),
  title: z.string().trim().min(1).max(200),
  note: z.string().trim().max(2000),
  tags: z
    .array(tag)
    .max(20)
    .transform((tags) => [...new Set(tags)]),
});

export const newBookmark = fields
  .extend({
    title: fields.shape.title.optional().describe('Default: the host of the URL.'),
    note: fields.shape.note.default(''),
    tags: fields.shape.tags.default([]),
  })
  .meta({ id: 'NewBookmark' });

/** Files of other programs say more about a bookmark. */
export const importedBookmark = newBookmark.strip();

export const importReport = z
  .object({
    added: z.int(),
    skipped: z.array(z.object({ position: z.int().describe('In the file, from 1.'), reason: z.string() })),
  })
  .meta({ id: 'ImportReport' });

export const bookmarkChanges = fields.partial().refine((changes) => Object.keys(changes).length > 0, {
  error: `at least one of ${Object.keys(fields.shape).join(', ')}`,
});

export const bookmarkId = z.object({ id: z.coerce.number().int().positive() });

export const bookmark = z
  .object({
    id: z.int(),
    url: z.string(),
    title: z.string(),
    note: z.string(),
    tags: z.array(z.string()),
    visits: z.int().describe('How often somebody followed it through /go/{id}.'),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Bookmark' });

export const bookmarkFilter = z.object({
  q: z.string().trim().min(1).max(200).optional(),
  tag: tag.optional(),
  page: z.coerce.number().int().positive().max(10_000).default(1),
  limit: z.coerce.number().int().positive().max(100).default(20),
});

export const bookmarkPage = z.object({
  items: z.array(bookmark),
  page: z.int(),
  limit: z.int(),
  total: z.int(),
});
