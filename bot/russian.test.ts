import { afterEach, beforeEach, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { Notification } from '#domain/notification.ts';
import {
  chatIncident,
  chatInput,
  chatOperation,
  chatServer,
  uuid,
} from '#test/builders/chat-entities.ts';
import { type ChatStage, chatStage, IVAN } from '#test/builders/chat-stage.ts';
import { first, tap } from '#test/builders/look-stage.ts';
import { anApproval } from '#test/fakes/memory-fleet.ts';
import { outboxMessage } from '#test/fakes/memory-outbox.ts';
import { englishIn } from '#test/support/english.ts';
import { createCardKeeper } from './cards.ts';

const OUTPUT = 'E: Could not get lock /var/lib/dpkg/lock-frontend';
const FAILURE = {
  code: 'playbook_failed' as const,
  message: `provision_software on vps-1: base : Install the packages: ${OUTPUT}`,
  hint: 'Another apt or dpkg runs on the server; try again when it has ended.',
  step: 'install-software',
};
const receiver = { chatId: BigInt(IVAN.id), threadId: 0 };
const never = new AbortController().signal;

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [IVAN.id]: 'owner' });
  stage.servers.push(chatServer('vps-1', { id: uuid() }));
  stage.start();
  // From then on it is known which language his Telegram speaks.
  await stage.ask(IVAN, '/start');
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

/** What programs print and people write is left; there must be something that is ours. */
function expectRussian(text: string | undefined, ...parts: readonly string[]): void {
  expect(englishIn((text ?? '').replaceAll(OUTPUT, '')), text).toEqual([]);
  for (const part of parts) expect(text).toContain(part);
}

it('is told of a failure in Russian, with what the program said', async () => {
  const { code, message: reason, hint, step } = FAILURE;
  const note: Notification = {
    ...{ dedupeKey: 'k', severity: 'error', kind: 'provisioning_failed', operationId: null },
    ...{ serverHandle: 'vps-1', params: { code, reason, hint, step, attempt: 1, max: 3 } },
  };
  await stage.service?.tell([outboxMessage(note, receiver)], never);
  const told = stage.telegram.screen(IVAN.id).at(-1)?.text;
  expectRussian(told, `Установка на vps-1: система: Поставить пакеты: ${OUTPUT}`, 'другой apt');
});

it('sees in Russian what an operation does, and how it failed', async () => {
  const operation = chatOperation({
    ...{ serverHandle: 'vps-1', status: 'running', percent: 40, requestedBy: `tg:${IVAN.id}` },
  });
  stage.operations.push(operation);
  const { shown } = stage.follow.rows;
  shown.ordered = [{ operationId: operation.id, receiver }];
  shown.progress = {
    steps: [{ id: 'install-software', title: 'Install and secure', status: 'started' }],
    task: 'access : Switch password logins off',
  };
  const keeper = createCardKeeper({
    ...{ ...stage.deps, transport: stage.transport, cards: stage.follow.cards },
    ...{ leases: stage.leases, clock: stage.pace, log: stage.log },
  });
  const card = async () => {
    stage.pace.advance(3000);
    await keeper.turn(never);
    return stage.telegram.screen(IVAN.id).at(-1)?.text;
  };
  expectRussian(await card(), 'доступ: Выключить вход по паролю');
  shown.progress = { ...shown.progress, task: 'good look 1 of 3' };
  stage.operations[0] = { ...operation, percent: 41 };
  expectRussian(await card(), 'удачная проверка 1 из 3');
  stage.operations[0] = { ...operation, status: 'failed', error: FAILURE, finishedAt: new Date() };
  expectRussian(await card(), 'Шаг: установить и защитить', 'Поставить пакеты', 'другой apt');
});

it('reads an incident in Russian, and what a person wrote about it as it was written', async () => {
  const incident = chatIncident({
    ...{ serverHandle: 'vps-1', status: 'resolved', resolvedAt: new Date() },
    details: 'vps-1 (192.0.2.7, port 22): no answer in 8000 ms',
    ...{ closedBy: 'agent', closeReason: 'It answers again: good fresh logins in a row.' },
  });
  stage.incidents.push(incident);
  const event = (actor: string, text: string) => ({
    ...{ id: uuid(), at: new Date(), actor, text, data: {} },
  });
  stage.look.timelines.set(incident.id, [
    event('agent', 'vps-1 (192.0.2.7, port 22): connect ECONNREFUSED 192.0.2.7:22'),
    event('agent:recovery', 'no evidence before reboot: SSH lets nobody in (login_refused).'),
    event('agent', 'Approval voided: Whoever approved it no longer has the role for it.'),
    event('api:ci', 'It answers again.'),
  ]);
  const list = await first(stage, IVAN, '/incidents all');
  const { text } = await tap(stage, IVAN, list, '✅ vps-1');
  expectRussian(
    text?.replace('It answers again.', ''),
    ...[
      'нет ответа за 8000 мс',
      'порт 22): соединение отклонено (192.0.2.7:22)',
      'SSH никого не пускает',
    ],
    ...['Разрешение отозвано', 'несколько новых входов подряд удались'],
  );
  expect(text).toContain('api:ci · It answers again.');
});

it('is refused in Russian', async () => {
  stage.servers[0] = chatServer('vps-1', { id: uuid(), care: 'watch' });
  const refused = await stage.ask(IVAN, '/reboot vps-1');
  expectRussian(refused, 'Меняются только серверы под управлением', '/care');
  stage.servers[0] = chatServer('vps-1', { id: uuid(), status: 'maintenance' });
  expectRussian(await stage.ask(IVAN, '/reboot vps-1'), 'обслуживание: его не перезагружают');
  stage.servers[0] = chatServer('vps-1', { id: uuid(), status: 'ready' });
  const asked = await first(stage, IVAN, '/reboot vps-1');
  stage.agent.failures.push(
    new OpsError('conflict', 'Another operation is under way on vps-1.', {
      hint: 'Wait for operation 0193 or cancel it.',
    }),
  );
  const { text } = await tap(stage, IVAN, asked, 'Да, перезагрузить');
  expectRussian(text, 'На vps-1 уже идёт другая операция.', 'Дождитесь операции 0193');
});

it('is asked in Russian', async () => {
  stage.deps.approvals.put(
    anApproval({
      effect: 'Reboot at its provider: vps-1 (192.0.2.7, time4vps)',
      why: 'server_unreachable since 2026-11-21T10:05:00.000Z: Nothing answers..',
      lost: 'Whatever is only in memory; everything on it stops for some minutes.',
    }),
  );
  expectRussian(await stage.ask(IVAN, '/approvals'), 'Почему: не отвечает с 21 нояб.');
  const question = 'Reboot server 7 at its provider. Say "done" when it has booted.';
  stage.inputs.push(chatInput({ kind: 'confirm', question, serverHandle: 'vps-1' }));
  expectRussian(await stage.ask(IVAN, '/answer'), 'Перезагрузите сервер 7 у провайдера.');
});

it('sees in Russian why everything stands still, unless a person said why', async () => {
  await stage.agent.freeze('agent', 'Nobody was at work for 90 minutes.');
  expectRussian(await stage.ask(IVAN, '/status'), 'Никто не работал 90 мин.');
});
