/**
 * `pnpm check:scaffold`, after a build: tests what `npm create blaizejs` creates. For each template, outside of the
 * workspace and with a separate registry:
 *
 * 1. create an app, and install it 2. check its types, lint, test and build it; check its types with other versions of
 * TypeScript 3. start the build with a certificate, and send requests over https with both protocols; then without one 4.
 * run its Dockerfile, and send requests to that server (npm only: others install themselves globally there) 5. with
 * everything downloaded: from nothing to an answer of the development server in less than a minute
 *
 *   --node <path>       also on this Node; may be given several times
 *   --template <name>   just this template
 *   --with <manager>    npm, pnpm, or yarn from 2 on; default npm
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { packAll } from '../pack/tarballs.mjs';
import { compile, COMPILERS } from '../types/compilers.mjs';
import { environment, run, start, upstreamRegistry } from '../release/commands.mjs';
import { runSteps, step } from '../release/steps.mjs';
import { root } from '../workspace.mjs';
import { freePort } from '../free-port.mjs';
import { ask, askUntilUp } from './ask.mjs';
import { withNode } from './place.mjs';
import { BLAIZE, checkDockerfile, checkStart, stop } from './production.mjs';
import { serveTarballs } from './registry.mjs';
import { standIns } from './stand-ins.mjs';

/** @import { Place } from './place.mjs' */

const LIMIT_SECONDS = 60;

// Expected answers of the routes of each template.
const ANSWERS = {
  minimal: { path: '/hello/Ada', expected: '{"hello":"Ada"}' },
  api: { path: '/health', expected: '"status":"pass"' },
};

/** @type {Record<string, string[]>} the command before the folder and the options */
const CREATE = {
  npm: ['create', '--yes', 'blaizejs@latest', '--'],
  pnpm: ['create', 'blaizejs@latest'],
  yarn: ['create', 'blaizejs'],
};

const { values } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: [] },
    template: { type: 'string', multiple: true, default: Object.keys(ANSWERS) },
    with: { type: 'string', default: 'npm' },
  },
});

await runSteps(checkAll);

/** @param {string} folder */
async function checkAll(folder) {
  const tarballs = await step('pack', () => packAll(folder));
  const upstream = await upstreamRegistry(root);
  const registry = await serveTarballs([...tarballs, ...(await standIns(folder, upstream))], upstream);
  const env = {
    ...environment({ folder, registry: registry.url }),
    // pnpm 11, yarn 2 and later versions don't read npm's settings.
    pnpm_config_registry: registry.url,
    YARN_NPM_REGISTRY_SERVER: registry.url,
    YARN_UNSAFE_HTTP_WHITELIST: new URL(registry.url).hostname,
  };
  try {
    for (const [index, node] of [process.execPath, ...values.node].entries()) {
      const place = {
        cwd: join(folder, `apps-${index}`),
        env: withNode(env, resolve(node), join(folder, `bin-${index}`)),
      };
      mkdirSync(place.cwd);
      const version = (await run('node', ['--version'], place)).trim();
      for (const template of values.template) await checkTemplate(template, version, place);
    }
  } finally {
    await registry.stop();
  }
}

/**
 * @param {string} template
 * @param {string} version of Node
 * @param {Place} place an empty folder
 */
async function checkTemplate(template, version, place) {
  const answer = ANSWERS[/** @type {keyof ANSWERS} */ (template)];
  if (!answer) throw new Error(`There is no template ${template}.`);
  const { path, expected } = answer;
  const what = `${template}, ${values.with}, Node ${version}`;
  const pm = (/** @type {string[]} */ args, /** @type {Place} */ at) =>
    run(values.with, args, { ...at, seconds: 300 });
  const create = (/** @type {string} */ name, at = place) =>
    pm([...before(values.with), name, '--template', template, '--yes'], at);

  await step(`${what}: make an app`, () => create(template));
  const port = await freePort('localhost');
  const app = { cwd: join(place.cwd, template), env: { ...place.env, PORT: String(port) } };
  await step(`${what}: generate a test for each path`, async () => {
    const blaize = (/** @type {string[]} */ ...args) => run('node', [BLAIZE, ...args], app);
    /** @type {{ path: string }[]} */
    const routes = JSON.parse(await blaize('routes', '--json'));
    for (const route of new Set(routes.map((each) => each.path))) await blaize('generate', 'test', route);
  });
  for (const script of ['type-check', 'lint', 'test', 'build']) {
    await step(`${what}: ${script}`, () => pm(['run', script], app));
  }
  for (const compiler of COMPILERS) {
    await step(`${what}: ${compiler.name}`, async () => {
      const { ok, output } = await compile(compiler, app.cwd);
      if (!ok) throw new Error(output);
    });
  }
  await step(`${what}: start the build`, () => checkStart(values.with, { path, expected }, app));
  if (values.with === 'npm' && existsSync(join(app.cwd, 'Dockerfile'))) {
    await step(`${what}: what the Dockerfile says`, () => checkDockerfile({ path, expected }, app));
  }

  await step(`${what}: from nothing to an answer`, async () => {
    const started = performance.now();
    const again = `${template}-again`;
    // After the downloads, cached metadata of packages is not requested again.
    await create(again, { ...place, env: { ...place.env, npm_config_prefer_offline: 'true' } });
    const made = performance.now();
    const at = { ...app, cwd: join(place.cwd, again) };
    const program = start(values.with, ['run', 'dev'], at);
    await askUntilUp(at, path, expected, program);
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `   made and installed in ${((made - started) / 1000).toFixed(1)} s, answered after ${seconds.toFixed(1)} s`,
    );
    await ask(at, path, expected);
    // The address in the last line of the command's output.
    await ask(at, '/', '{"');
    await stop(program);
    if (seconds > LIMIT_SECONDS) throw new Error(`It took longer than ${LIMIT_SECONDS} s.`);
  });
}

/** @param {string} manager */
function before(manager) {
  const found = CREATE[manager];
  if (!found) throw new Error(`--with ${manager}: it is one of ${Object.keys(CREATE).join(', ')}.`);
  return found;
}
