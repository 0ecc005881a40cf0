export * from '@blaizejs/testing';
