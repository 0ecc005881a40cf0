export { type BundledFolders, provideBundledRoutes } from './bundled-routes.ts';
