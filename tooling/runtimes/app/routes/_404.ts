import { reply } from '@blaizejs/context';

export default () => reply(404, { code: 'nothing-here' });
