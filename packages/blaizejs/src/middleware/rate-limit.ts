export * from '@blaizejs/middleware/rate-limit';
