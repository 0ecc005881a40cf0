export * from '@blaizejs/middleware/static';
