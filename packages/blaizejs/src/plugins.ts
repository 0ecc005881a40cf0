export * from '@blaizejs/plugins';
