import { z } from 'zod';

export const user = z.object({ id: z.int(), name: z.string() }).meta({ id: 'User' });

export const newUser = z.strictObject({
  name: z.string().trim().min(1).max(60),
});

export const credentials = z.strictObject({ token: z.string().trim().min(1).max(100) });
