export * from '@blaizejs/middleware/request-id';
