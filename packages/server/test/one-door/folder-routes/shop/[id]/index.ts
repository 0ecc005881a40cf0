export const PUT = (): string => 'put';
