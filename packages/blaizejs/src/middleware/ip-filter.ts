export * from '@blaizejs/middleware/ip-filter';
