/** Looking: the same keys as in English. */
export const look = {};
