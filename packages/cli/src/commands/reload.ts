import { command } from '../command.ts';
import { controlSocket } from '../control-socket.ts';

export const reload = command(
  'blaize reload',
  'Replaces the workers of blaize start --workers one by one, without losing requests; waits for the end',
  {},
  async (_, { cwd, print }) => {
    const { requestReload } = await import('@blaizejs/cluster');
    await requestReload(controlSocket(cwd));
    print('Reloaded: all workers run the new code.');
    return 0;
  },
);
