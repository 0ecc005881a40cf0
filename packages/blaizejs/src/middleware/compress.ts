export * from '@blaizejs/middleware/compress';
