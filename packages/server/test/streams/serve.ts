import { EventEmitter, once } from 'node:events';

import type { TestServer } from '@blaizejs/testing';

import { KIND_NAMES, KINDS, Probe, type Script, SCRIPTS } from './sources.ts';

const probes = new EventEmitter();

/** Serves each kind of source with each script. */
export function serveSources({ server }: TestServer): void {
  for (const [index, kind] of KIND_NAMES.entries()) {
    for (const [script, step] of Object.entries(SCRIPTS)) {
      server.router.addRoute('GET', `/${index}/${script}`, {
        handler: (ctx) => {
          const probe = new Probe();
          probe.signal = ctx.request.signal;
          probes.emit('probe', probe);
          const { type, status } = ctx.request.query;
          if (type === 'events') ctx.response.type('text/event-stream');
          if (status !== undefined) ctx.response.status(Number(status));
          return KINDS[kind]?.(step, probe, ctx);
        },
      });
    }
  }
}

export function pathOf(kind: string, script: Script): string {
  return `/${KIND_NAMES.indexOf(kind)}/${script}`;
}

/** The probe of the next source that a handler makes. */
export async function nextProbe(): Promise<Probe> {
  const [probe] = (await once(probes, 'probe')) as [Probe];
  return probe;
}
