/** Joining, roles, and what each person has chosen. */
export const people = {} as const;
