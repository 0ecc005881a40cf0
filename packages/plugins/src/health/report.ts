import type { ServerStatistics } from '@blaizejs/types';

import type { CheckResult } from './check-runner.ts';

/** As in draft-inadarei-api-health-check: `warn` passes, but something is wrong. */
export type HealthStatus = 'pass' | 'warn' | 'fail';

/** What a probe has found. */
export interface Health {
  readonly status: HealthStatus;
  /** Why it fails, apart from its checks. */
  readonly reason?: 'starting' | 'closing';
  readonly checks: readonly (CheckResult & { readonly name: string; readonly critical: boolean })[];
  readonly statistics?: ServerStatistics | undefined;
  /** Of the cluster, if this process is a worker of one. */
  readonly workers?: Workers | undefined;
}

/** How many workers of a cluster there are, and how many of them serve. */
export interface Workers {
  readonly all: number;
  readonly ready: number;
}

interface ReportedCheck {
  readonly status: HealthStatus;
  readonly time?: string;
  readonly observedValue: number;
  readonly observedUnit: string;
}

/** The body of an answer. Never says why a check failed: causes name hosts, users and queries, and go to the log. */
export function toReport({ status, reason, checks, statistics, workers }: Health, detailed: boolean): object {
  if (!detailed) return { status };
  const reported: Record<string, readonly ReportedCheck[]> = Object.fromEntries(
    checks.map(({ name, passed, critical, at, duration }) => [
      name,
      [
        {
          status: passed ? 'pass' : critical ? 'fail' : 'warn',
          time: at.toISOString(),
          observedValue: Math.round(duration),
          observedUnit: 'ms',
        },
      ],
    ]),
  );
  if (statistics) {
    const { connections, sessions, streams } = statistics;
    for (const [name, observedValue] of Object.entries({ connections, sessions, streams })) {
      reported[`server:${name}`] = [{ status: 'pass', observedValue, observedUnit: 'open' }];
    }
  }
  if (workers) {
    // Others replace those that have died. It is no reason for this one to get no requests.
    const state = workers.ready < workers.all ? 'warn' : 'pass';
    const observedUnit = `ready of ${workers.all}`;
    reported['cluster:workers'] = [{ status: state, observedValue: workers.ready, observedUnit }];
  }
  return { status, ...(reason && { output: `The server is ${reason}.` }), checks: reported };
}
