export * from '@blaizejs/middleware/csrf';
