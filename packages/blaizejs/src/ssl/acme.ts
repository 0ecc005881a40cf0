export * from '@blaizejs/ssl/acme';
