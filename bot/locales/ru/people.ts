/** Joining, roles and choices: the same keys as in English. */
export const people = {};
