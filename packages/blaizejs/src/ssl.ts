export * from '@blaizejs/ssl';
