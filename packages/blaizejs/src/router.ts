export * from '@blaizejs/router';
