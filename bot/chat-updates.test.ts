import { describe } from 'vitest';
import { chatUpdatesContract } from '#test/contracts/chat-updates-contract.ts';
import { memoryChatUpdates } from '#test/fakes/memory-chat-updates.ts';

describe('chat updates in memory', () => {
  chatUpdatesContract(async () => memoryChatUpdates());
});
