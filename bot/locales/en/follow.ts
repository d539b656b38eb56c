/** What chats are told: cards, alerts, digests. */
export const follow = {} as const;
