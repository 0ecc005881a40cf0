export * from '@blaizejs/plugins/discovery';
