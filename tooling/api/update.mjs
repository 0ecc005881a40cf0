/** `pnpm api:update`: writes the reports of the current public API. Each change shows in the diff, for review. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { publicPackages } from '../workspace.mjs';
import { FOLDER, reports } from './report.mjs';

const texts = await reports(publicPackages());
// Deletes the reports of packages that no longer exist.
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
for (const [folder, text] of texts) writeFileSync(join(FOLDER, `${folder}.md`), text);
