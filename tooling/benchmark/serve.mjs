/** The process of one server: `node serve.mjs <app> <AppOptions as JSON>`. Prints `{"port":…}` when it listens. */
const [app, options = ''] = process.argv.slice(2);

const { start } = await import(`./apps/${app}.mjs`);
const port = await start(JSON.parse(options));
process.stdout.write(`${JSON.stringify({ port })}\n`);

// Ends with its parent, however that ends.
process.stdin.resume().once('end', () => process.exit());
