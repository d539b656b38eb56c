import type { InputRequest } from '#domain/input-request.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, code, type Html, join, shown, shownLines } from './html.ts';
import type { Button, Rendered } from './message.ts';

/** How the same question is answered on the host, where the secret passes through nobody's hands. */
export const answerCommand = (requestId: string): Html =>
  code(`npx zavhoz inputs answer ${requestId}`);

export const secretHint = (t: Translate, requestId: string): Html =>
  t('answer.secret_hint', { command: answerCommand(requestId) });

export function inputButtons(
  t: Translate,
  { id, kind }: Pick<InputRequest, 'id' | 'kind'>,
): readonly (readonly Button[])[] {
  const answer: Button =
    kind === 'confirm'
      ? { text: t.plain('button.done_by_hand'), data: `in.y.${id}` }
      : { text: t.plain('button.answer_here'), data: `in.a.${id}` };
  return [[answer, { text: t.plain('button.decline'), data: `in.n.${id}` }]];
}

/** The question as a card of its own. */
export function renderInput(t: Translate, request: InputRequest, now: Date): Rendered {
  const left = (request.expiresAt.getTime() - now.getTime()) / 1000;
  return {
    text: join([
      t('note.input_needed', { server: bold(shown(request.serverHandle)) }),
      shownLines(t.detail(request.question)),
      request.kind === 'secret' ? secretHint(t, request.id) : null,
      t('answer.expires', { left: t.duration(left) }),
    ]),
    buttons: inputButtons(t, request),
  };
}
