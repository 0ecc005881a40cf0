/** `pnpm api:update`: takes the public API as it is now. What has changed is a decision, and shows in the diff. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { publicPackages } from '../workspace.mjs';
import { FOLDER, reports } from './report.mjs';

const texts = await reports(publicPackages());
// Packages that are gone leave no report behind.
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
for (const [folder, text] of texts) writeFileSync(join(FOLDER, `${folder}.md`), text);
