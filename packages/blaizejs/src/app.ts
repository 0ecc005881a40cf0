export * from '@blaizejs/app';
