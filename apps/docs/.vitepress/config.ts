import path from 'node:path';
import { defineConfig } from 'vitepress';

import { writeParts } from '../parts/write.ts';
import { fences } from './fences.ts';
import { sidebar } from './sidebar.ts';

const REPOSITORY = 'https://github.com/jleajones/blaize';

writeParts(path.resolve(import.meta.dirname, '../../..'));

export default defineConfig({
  title: 'BlaizeJS',
  description: 'An HTTP/2-first server framework for Node, in TypeScript',
  lang: 'en',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: '.blaize/cache',
  cleanUrls: true,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/mark.svg' }]],
  markdown: {
    theme: { light: 'github-light', dark: 'github-dark' },
    languageAlias: { haproxy: 'nginx' },
    config: fences,
  },
  themeConfig: {
    logo: '/mark.svg',
    nav: [
      { text: 'Get started', link: '/getting-started' },
      { text: 'Tutorial', link: '/tutorial/' },
      { text: 'Guides', link: '/guides/server', activeMatch: '/guides/' },
      { text: 'API', link: '/api/', activeMatch: '/api/' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    footer: { message: 'MIT licensed.' },
  },
});
