export type * from '@blaizejs/types';
