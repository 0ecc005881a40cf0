export * from '@blaizejs/router/bundled';
