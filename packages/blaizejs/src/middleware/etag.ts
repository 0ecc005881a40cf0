export * from '@blaizejs/middleware/etag';
