export * from '@blaizejs/plugins/metrics';
