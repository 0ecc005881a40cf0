export * from '@blaizejs/errors';
