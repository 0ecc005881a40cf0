export * from '@blaizejs/plugins/tracing';
