export * from '@blaizejs/middleware/request-log';
