import type { OpenApiOptions } from '@blaizejs/openapi';

/** For the server, and for `blaize openapi`, which looks for this file. */
const options: OpenApiOptions = {
  info: {
    title: 'Bookmarks',
    version: '1.0.0',
    description: 'Keeps bookmarks, with tags, for everybody who signs up.',
  },
  tags: [{ name: 'bookmarks' }, { name: 'users', description: 'Signing up and in.' }, { name: 'pages' }],
  docs: '/docs',
};

export default options;
