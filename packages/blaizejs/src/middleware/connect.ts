export * from '@blaizejs/middleware/connect';
