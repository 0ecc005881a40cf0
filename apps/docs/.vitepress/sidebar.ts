import type { DefaultTheme } from 'vitepress';

type Item = DefaultTheme.SidebarItem;

const page = (text: string, link: string): Item => ({ text, link });
const group = (text: string, items: Item[]): Item => ({ text, collapsed: true, items });

/** Every page but the first, in the order in which they are read. */
export const sidebar: Item[] = [
  {
    text: 'Start',
    items: [
      page('Get started', '/getting-started'),
      page('Create an app', '/create'),
      group('Tutorial', [
        page('What you build', '/tutorial/'),
        page('1 A server', '/tutorial/1-server'),
        page('2 A database', '/tutorial/2-database'),
        page('3 Sign up', '/tutorial/3-sign-up'),
        page('4 Sign in', '/tutorial/4-sign-in'),
        page('5 Bookmarks', '/tutorial/5-bookmarks'),
        page('6 Tags', '/tutorial/6-tags'),
        page('7 A page', '/tutorial/7-page'),
        page('8 Ready for production', '/tutorial/8-production'),
        page('9 Tests', '/tutorial/9-tests'),
      ]),
      group('Coming from', [
        page('Express', '/migration/express'),
        page('Fastify', '/migration/fastify'),
        page('Koa', '/migration/koa'),
      ]),
    ],
  },
  {
    text: 'Guides',
    items: [
      page('Server', '/guides/server'),
      page('App', '/guides/app'),
      page('Routes', '/guides/router'),
      page('Folders', '/guides/folders'),
      page('Validation', '/guides/validation'),
      page('Context', '/guides/context'),
      page('HTML', '/guides/html'),
      page('Forms', '/guides/forms'),
      page('Uploads', '/guides/uploads'),
      page('Static files', '/guides/static-files'),
      page('Authentication', '/guides/auth'),
      page('Sessions', '/guides/sessions'),
      page('Signing in elsewhere', '/guides/sign-in'),
      page('Middleware', '/guides/middleware'),
      page('CORS', '/guides/cors'),
      page('CSRF', '/guides/csrf'),
      page('Security headers', '/guides/security-headers'),
      page('Compression and ETags', '/guides/compression'),
      page('Caching answers', '/guides/http-caching'),
      page('Rate limits', '/guides/rate-limits'),
      page('Load shedding', '/guides/load-shedding'),
      page('Request filters', '/guides/request-filters'),
      page('Connect middleware', '/guides/connect'),
      page('Outgoing calls', '/guides/outgoing-calls'),
      page('Caching', '/guides/caching'),
      page('Redis', '/guides/redis'),
      page('Configuration', '/guides/configuration'),
      page('Workers', '/guides/cluster'),
      page('Plugins', '/guides/plugins'),
      page('Errors', '/guides/errors'),
      page('Certificates', '/guides/ssl'),
      page('OpenAPI', '/guides/openapi'),
      page('Observability', '/guides/observability'),
      page('Health checks', '/guides/health'),
      page('Metrics', '/guides/metrics'),
      page('Client', '/guides/client'),
      page('Testing', '/guides/testing'),
      page('Types', '/guides/types'),
    ],
  },
  {
    text: 'Recipes',
    collapsed: true,
    items: [
      page('All recipes', '/recipes/'),
      page('Request logs', '/recipes/logging'),
      page('Uploads', '/recipes/uploads'),
      page('Server-sent events', '/recipes/events'),
      page('Webhooks', '/recipes/webhooks'),
      page('Passkeys', '/recipes/passkeys'),
      page('Better Auth', '/recipes/better-auth'),
      page('Time limits', '/recipes/timeouts'),
      page('Background work', '/recipes/background'),
      page('Versions', '/recipes/versions'),
    ],
  },
  {
    text: 'Production',
    items: [
      page('Deployment', '/deployment/'),
      page('Behind a proxy', '/deployment/proxies'),
      page('nginx', '/deployment/nginx'),
      page('HAProxy', '/deployment/haproxy'),
      page('Docker', '/deployment/docker'),
      page('Kubernetes', '/deployment/kubernetes'),
      page('systemd', '/deployment/systemd'),
      page('Performance', '/performance'),
    ],
  },
  {
    text: 'Security',
    items: [
      page('Overview', '/security/'),
      page('Limits', '/security/limits'),
      page('What Node accepts', '/security/node'),
    ],
  },
  {
    text: 'Reference',
    items: [
      page('The command line', '/command-line'),
      page('Troubleshooting', '/troubleshooting'),
      page('Error codes', '/error-codes'),
      page('API', '/api/'),
    ],
  },
];
