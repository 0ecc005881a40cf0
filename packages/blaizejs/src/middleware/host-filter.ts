export * from '@blaizejs/middleware/host-filter';
