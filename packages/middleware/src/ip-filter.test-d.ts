import { ipFilter, type IpFilterOptions } from './ip-filter.ts';

ipFilter({ allow: ['10.0.0.0/8'], deny: ['10.0.0.1'] });
const deny: IpFilterOptions = { deny: ['::1'] };
ipFilter(deny);

// @ts-expect-error it takes a list
ipFilter({ allow: '10.0.0.0/8' });
// @ts-expect-error a misspelt option
ipFilter({ alow: ['10.0.0.0/8'] });
// @ts-expect-error an object of options
ipFilter();
