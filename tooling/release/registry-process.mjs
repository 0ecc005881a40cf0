/** The registry, in a process of its own: takes its configuration by message, and tells its port. */
import { once } from 'node:events';

import { runServer } from 'verdaccio';

const [configuration] = await once(process, 'message');
const server = await runServer(configuration);
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
// Whoever started it is gone.
process.once('disconnect', () => process.exit());
