import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds between two looks at the event loop. */
const RESOLUTION = 10;
const PERCENTILES = [50, 75, 90, 95, 99, 99.9];

/** How late the event loop is, in milliseconds, and how busy. */
export async function watchEventLoop(seconds: number, signal: AbortSignal): Promise<object> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  const before = performance.eventLoopUtilization();
  delay.enable();
  try {
    await setTimeout(seconds * 1000, undefined, { signal });
  } finally {
    delay.disable();
  }
  const { utilization } = performance.eventLoopUtilization(before);
  // Its values include the time between two looks.
  const toMs = (value: number): number =>
    delay.count === 0 ? 0 : Math.round(Math.max(value / 1e6 - RESOLUTION, 0) * 1000) / 1000;
  return {
    seconds,
    samples: delay.count,
    utilization: Math.round(utilization * 10_000) / 10_000,
    delay: {
      unit: 'ms',
      min: toMs(delay.min),
      mean: toMs(delay.mean),
      max: toMs(delay.max),
      ...Object.fromEntries(PERCENTILES.map((percent) => [`p${percent}`, toMs(delay.percentile(percent))])),
    },
  };
}

/** What keeps the process busy and alive: numbers of handles and requests by their type, and memory in bytes. */
export function describeProcess(): object {
  const active: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) active[type] = (active[type] ?? 0) + 1;
  return {
    pid: process.pid,
    node: process.version,
    uptime: Math.round(process.uptime()),
    memory: process.memoryUsage(),
    resources: process.resourceUsage(),
    active,
  };
}

/** A diagnostic report: stacks, native stacks, handles, libraries. Without environment variables, which may be secrets. */
export function makeReport(): object {
  const { report } = process as { readonly report: Reports };
  const { excludeNetwork } = report;
  // Otherwise, it looks up the name of each peer, and waits for the answers.
  if (excludeNetwork !== undefined) report.excludeNetwork = true;
  try {
    const { environmentVariables: _, ...rest } = report.getReport() as Record<string, unknown>;
    return rest;
  } finally {
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}

/** Node's reports. Later versions can leave something out. */
interface Reports {
  directory: string;
  reportOnFatalError: boolean;
  reportOnUncaughtException: boolean;
  excludeNetwork?: boolean;
  excludeEnv?: boolean;
  getReport(): object;
}

/** Writes a report to a folder if the process ends by a fatal error. @returns what undoes this */
export function reportFatalErrors(directory: string): () => void {
  const report = process.report as unknown as Reports;
  const {
    directory: before,
    reportOnFatalError,
    reportOnUncaughtException,
    excludeNetwork,
    excludeEnv,
  } = report;
  Object.assign(report, { directory, reportOnFatalError: true, reportOnUncaughtException: true });
  if (excludeNetwork !== undefined) report.excludeNetwork = true;
  if (excludeEnv !== undefined) report.excludeEnv = true;
  return () => {
    Object.assign(report, { directory: before, reportOnFatalError, reportOnUncaughtException });
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
    if (excludeEnv !== undefined) report.excludeEnv = excludeEnv;
  };
}
