/** Looking: the fleet, its servers, and what happened. */
export const look = {} as const;
