export const GET = (): never => {
  throw new Error('plain');
};
