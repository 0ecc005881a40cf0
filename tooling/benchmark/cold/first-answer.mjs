/** Started by cold-start.mjs with the file of a Lambda function: prints the milliseconds until its first answer, and
 * those of CPU time. */
import { pathToFileURL } from 'node:url';

import { toEvent } from '../../runtimes/lambda.mjs';

const [file = '', path = '/', status = '200'] = process.argv.slice(2);
const context = { awsRequestId: '1', getRemainingTimeInMillis: () => 3000 };
const begun = performance.now();
const used = process.cpuUsage();
const { handler } = await import(pathToFileURL(file).href);
const { statusCode } = await handler(toEvent(path, {}), context);
const took = performance.now() - begun;
const { user, system } = process.cpuUsage(used);
if (statusCode !== Number(status)) throw new Error(`${file} answered with ${statusCode}.`);
process.stdout.write(`\n${took} ${(user + system) / 1000}`);
process.exit(0);
