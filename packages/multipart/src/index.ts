export { moveFile } from './move-file.ts';
export { multipart, type MultipartOptions } from './multipart.ts';
export { originalName } from './uploads.ts';
export type { MultipartLimits } from './limits.ts';
export { type Part, parts, type PartsRequest } from './parts.ts';
export type { BodyReader, BodySource } from '@blaizejs/types';
