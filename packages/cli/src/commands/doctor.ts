import { command } from '../command.ts';
import { CHECKS, type Check, type Patient } from '../doctor/checks.ts';
import { type Finding, problem } from '../doctor/finding.ts';
import { WHERE } from '../project.ts';

const MARK = { fine: 'ok  ', warning: 'warn', problem: 'FAIL' } as const;

export const doctor = command(
  'blaize doctor',
  'Checks an app for problems, without starting it',
  WHERE,
  async ({ entry, routes }, { cwd, env, print }) => {
    const patient: Patient = { cwd, env, entry, routes };
    const findings: Finding[] = [];
    // In sequence, so that what an app prints while it loads stays in order.
    for (const check of CHECKS) findings.push(...(await look(check, patient)));
    const width = Math.max(...findings.map(({ about }) => about.length));
    for (const { level, about, text } of findings) print(`${MARK[level]}  ${about.padEnd(width)}  ${text}`);
    const problems = findings.filter(({ level }) => level === 'problem').length;
    print(problems === 0 ? 'No problems found.' : `${problems} to fix.`);
    return problems === 0 ? 0 : 1;
  },
);

async function look({ about, run }: Check, patient: Patient): Promise<readonly Finding[]> {
  try {
    return await run(patient);
  } catch (error) {
    return [problem(about, (error as Error).message)];
  }
}
