import { hostFilter } from './host-filter.ts';

const hosts = ['example.com'] as const;
hostFilter({ hosts });

// @ts-expect-error the hosts have to be named
hostFilter({});
// @ts-expect-error it takes a list
hostFilter({ hosts: 'example.com' });
// @ts-expect-error no patterns: `*.example.com` has all names below
hostFilter({ hosts: [/example\.com$/] });
// @ts-expect-error a misspelt option
hostFilter({ hosts, host: 'example.com' });
