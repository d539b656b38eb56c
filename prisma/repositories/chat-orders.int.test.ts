import { afterAll, beforeAll, describe } from 'vitest';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';
import { chatOrdersContract } from '#test/contracts/chat-orders-contract.ts';

let stage: TestRepositories;
beforeAll(async () => {
  stage = await testRepositories();
});
afterAll(() => stage.close());

describe('chat orders in PostgreSQL', () => {
  chatOrdersContract(() => stage.repositories.chatOrders);
});
