export * from '@blaizejs/middleware/security-headers';
