export * from '@blaizejs/plugins/health';
