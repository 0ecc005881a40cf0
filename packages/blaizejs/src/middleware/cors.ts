export * from '@blaizejs/middleware/cors';
