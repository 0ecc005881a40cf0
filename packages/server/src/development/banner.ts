import type { StartReport } from '../start-report.ts';
import { paint } from './paint.ts';

/** The text that a terminal shows once the server is up. */
export function banner(report: StartReport, colors: boolean): string {
  const bold = (text: string): string => paint('bold', text, colors);
  const dim = (text: string): string => paint('dim', text, colors);
  const rows: (readonly [name: string, value: string])[] = [
    ...report.urls.local.map((url) => ['Local', bold(url)] as const),
    ...report.urls.network.map((url) => ['Network', url] as const),
    ...(report.urls.network.length === 0 ? [['Network', dim('this machine only')] as const] : []),
    ['Protocols', report.protocols.join(', ')],
    ['Routes', String(report.routes)],
    ['Reload', report.reload ? 'on' : 'off'],
  ];
  const lines = rows.map(([name, value]) => `  ${dim(name.padEnd(9))}  ${value}`);
  return `\n  ${bold(`${report.name} ${report.version}`)}  ${dim(`ready in ${report.milliseconds} ms`)}\n\n${lines.join('\n')}\n\n`;
}
