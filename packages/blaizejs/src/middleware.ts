export * from '@blaizejs/middleware';
