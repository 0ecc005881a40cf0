export const GET = (): string => 'home';
