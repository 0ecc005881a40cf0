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
}

interface ReportedCheck {
  readonly status: HealthStatus;
  readonly time?: string;
  readonly observedValue: number;
  readonly observedUnit: string;
}

/** The body of an answer. Never says why a check failed: causes name hosts, users and queries, and go to the log. */
export function toReport({ status, reason, checks, statistics }: Health, detailed: boolean): object {
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
  return { status, ...(reason && { output: `The server is ${reason}.` }), checks: reported };
}
