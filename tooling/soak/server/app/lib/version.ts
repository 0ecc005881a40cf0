export const lib = 0;
