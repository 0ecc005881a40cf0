import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {object} Image What a Dockerfile makes.
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {string[]} command
 */

/**
 * Runs a Dockerfile without Docker: each stage is a folder, and commands run on this machine, with the absolute paths of the
 * image inside that folder. Users and base images are ignored.
 *
 * @param {string} context the folder with the Dockerfile
 * @param {string} folder an empty one
 * @param {NodeJS.ProcessEnv} env
 * @param {(command: string, place: { cwd: string, env: NodeJS.ProcessEnv }) => Promise<unknown>} run
 * @returns {Promise<Image>}
 */
export async function buildImage(context, folder, env, run) {
  const text = readFileSync(join(context, 'Dockerfile'), 'utf8').replaceAll('\\\n', '');
  const instructions = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const volumes = instructions.flatMap((line) => /^VOLUME (\S+)$/.exec(line)?.[1] ?? []);
  const PATH = `${withoutUsers(folder)}:${env['PATH']}`;
  /** @type {Map<string, string>} */
  const stages = new Map();
  let stage = '';
  let cwd = '';
  /** @type {NodeJS.ProcessEnv} */
  let own = {};
  /** @type {string[]} */
  let command = [];
  const inStage = (/** @type {string} */ text) =>
    volumes.reduce(
      (done, path) => done.replaceAll(new RegExp(`(?<![\\w.])${path}\\b`, 'g'), stage + path),
      text,
    );
  const at = (/** @type {string} */ path) => (path.startsWith('/') ? join(stage, path) : join(cwd, path));

  for (const line of instructions) {
    const [, instruction = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    const words = rest.split(' ');
    switch (instruction) {
      case 'FROM': {
        const [, name = `stage-${stages.size}`] = / AS (\S+)$/.exec(line) ?? [];
        stage = join(folder, name);
        stages.set(name, stage);
        [cwd, own] = [stage, {}];
        mkdirSync(stage, { recursive: true });
        break;
      }
      case 'WORKDIR':
        cwd = at(rest);
        mkdirSync(cwd, { recursive: true });
        break;
      case 'ENV':
        for (const word of words) {
          const [name = '', ...value] = word.split('=');
          own[name] = inStage(value.join('='));
        }
        break;
      case 'COPY':
        copy(words);
        break;
      case 'RUN':
        await run(inStage(rest), { cwd, env: { ...env, ...own, PATH } });
        break;
      case 'CMD':
        command = JSON.parse(rest);
        break;
      case 'USER':
      case 'EXPOSE':
      case 'VOLUME':
        break;
      default:
        throw new Error(`This check does not support the instruction in "${line}".`);
    }
  }
  if (command.length === 0) throw new Error('The Dockerfile has no CMD.');
  return { cwd, env: { ...env, ...own, PATH }, command };

  /** @param {string[]} words */
  function copy(words) {
    const [, name] = /^--from=(.*)$/.exec(words[0] ?? '') ?? [];
    const paths = name === undefined ? words : words.slice(1);
    const source = name === undefined ? context : stages.get(name);
    const target = paths.at(-1) ?? '';
    if (source === undefined) throw new Error(`There is no stage ${name}.`);
    for (const path of paths.slice(0, -1)) {
      // `COPY a b ./` copies both into the folder; `COPY src ./src` copies the folder itself.
      const to = target.endsWith('/') ? join(at(target), path.split('/').at(-1) ?? '') : at(target);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(source, path), to, { recursive: true, verbatimSymlinks: true });
    }
  }
}

/** A folder for PATH with a `chown` that does nothing, since there is no user `node` here. @param {string} folder */
function withoutUsers(folder) {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'chown'), '#!/bin/sh\n');
  chmodSync(join(bin, 'chown'), 0o755);
  return bin;
}
