export * from '@blaizejs/context';
