import { namesOf, type Style } from './files.ts';

/** The code of a middleware. */
export function middlewareSource(name: string, { from }: Pick<Style, 'from'>): string {
  const { camel, kebab } = namesOf(name);
  return `import { createMiddleware } from '${from('middleware')}';

export const ${camel} = createMiddleware({
  name: '${kebab}',
  handler: async (ctx, next) => {
    // // Code here runs before the handler.
    await next();
    // // Code here runs after it, and can still change ctx.response.
    ctx.log.debug({ status: ctx.response.statusCode }, '${kebab}');
  },
});
`;
}

/** The code of a plugin. */
export function pluginSource(name: string, { from, typescript }: Pick<Style, 'from' | 'typescript'>): string {
  const { camel, kebab } = namesOf(name);
  const module = from('plugins');
  const imports = typescript ? 'createPlugin, type ServicesOf' : 'createPlugin';
  const declaration = `
declare module '${module}' {
  interface Services extends ServicesOf<typeof ${camel}> {}
}
`;
  return `import { ${imports} } from '${module}';
${typescript ? declaration : ''}
export const ${camel} = createPlugin('${kebab}', '1.0.0', (server) => {
  return {
    // // Handlers use it as ctx.services.${camel}.
    services: { ${camel}: { startedAt: new Date() } },
    // // Runs before routes are loaded: connect here. An error stops the start.
    initialize: () => server.log.debug('${kebab} is ready'),
    // // Runs last, after the server has stopped: release resources here.
    terminate: () => server.log.debug('${kebab} is closed'),
  };
});
`;
}
