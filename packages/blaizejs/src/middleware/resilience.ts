export * from '@blaizejs/middleware/resilience';
