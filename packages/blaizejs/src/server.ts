export * from '@blaizejs/server';
