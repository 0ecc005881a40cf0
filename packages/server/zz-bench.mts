import { createRedaction } from '@blaizejs/app/internal';
import { pino } from 'pino';
const fields = { method:'GET', path:'/users/123', route:'/users/:id', status:200, bytes:512, ms:3, ip:'192.0.2.1', protocol:'HTTP/2', aborted:false };
const sink = { n: 0, write(s: string) { this.n += s.length; } };
const red = createRedaction();
const C = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const base = pino({ level: 'info' }, sink);
const withRed = pino({ level: 'info' }, { write(s: string) { const c = red(s); sink.write(c.search(C) === -1 ? c : c + 'x'); } });
const N = 100_000;
function run(l: pino.Logger): number { const b = performance.now(); for (let i = 0; i < N; i++) l.child({ correlationId: '3b241101-e2bb-4255-8caf-4136c566a962' }).info(fields, 'request'); return (performance.now() - b) * 1e6 / N; }
run(base); run(withRed);
const A: number[] = [], B: number[] = [];
for (let i = 0; i < 15; i++) { A.push(run(base)); B.push(run(withRed)); }
const med = (x: number[]) => x.sort((a, b) => a - b)[x.length >> 1]!;
console.log(process.version, 'plain', med(A).toFixed(0), 'ns; redacted', med(B).toFixed(0), 'ns; ratio', (med(B) / med(A)).toFixed(2));
