export * from '@blaizejs/middleware/maintenance';
