/** What chats are told: the same keys as in English. */
export const follow = {};
