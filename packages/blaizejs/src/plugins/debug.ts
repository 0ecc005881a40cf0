export * from '@blaizejs/plugins/debug';
