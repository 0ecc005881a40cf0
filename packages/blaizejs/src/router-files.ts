export * from '@blaizejs/router/files';
