import { Cron } from 'croner';

/** When a schedule is due. Times are milliseconds of Unix time. */
export interface CronTimes {
  /** What is wrong with the expression. */
  readonly problem?: string | undefined;
  /** The first time after another; undefined if there is none. */
  after(time: number): number | undefined;
  /** The last time that is not after another; undefined if there is none. */
  upTo(time: number): number | undefined;
}

const NEVER = (): undefined => undefined;

/** Reads a cron expression. It starts no timer. */
export function cronOf(expression: string, timezone: string): CronTimes {
  try {
    const cron = new Cron(expression, { timezone, paused: true });
    const times: CronTimes = {
      after: (time) => cron.nextRun(new Date(time))?.getTime(),
      // Cron has whole seconds.
      upTo: (time) => cron.previousRuns(1, new Date(Math.floor(time / 1000) * 1000 + 1000))[0]?.getTime(),
    };
    return times.after(Date.now()) === undefined ? { ...times, problem: 'It never comes due.' } : times;
  } catch (error) {
    return { problem: (error as Error).message, after: NEVER, upTo: NEVER };
  }
}
