import { z } from 'zod';

const item = z.object({ name: z.string().min(1), count: z.number().int() });

export const POST = {
  schema: { body: item },
  handler: ({ request }: { request: { body: z.infer<typeof item> } }) => request.body,
};
