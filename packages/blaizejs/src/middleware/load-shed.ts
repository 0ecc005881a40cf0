export * from '@blaizejs/middleware/load-shed';
