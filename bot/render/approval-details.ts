import type { Approval } from '#domain/approval.ts';
import { canonicalJson } from '#domain/approval-hash.ts';
import type { IncidentEvent } from '#domain/incident.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, code, type Html, html, join, MESSAGE_LIMIT, plainOf, shown } from './html.ts';
import type { Rendered } from './message.ts';
import { eventWords } from './timeline.ts';

/** Lines of the timeline that are shown, the latest ones. */
const LINES = 8;
const SECTION_CHARS = 350;

/** All that a question rests on: the exact call, the facts, the incident's timeline and evidence. */
export function renderApprovalDetails(
  t: Translate,
  approval: Approval,
  /** Oldest first; null: no incident. */
  events: readonly IncidentEvent[] | null,
): Rendered {
  const facts = Object.entries(approval.facts).map(([name, value]) =>
    html(`${shown(name).html}: ${code(text(value)).html}`),
  );
  const parts: (Html | null)[] = [
    bold(t('approval.details', { server: bold(shown(approval.serverHandle)) })),
    t('approval.arguments', {
      tool: code(approval.tool),
      text: code(canonicalJson(approval.arguments)),
    }),
    t('approval.facts', { text: join(facts) }),
    t('approval.hash', { hash: code(approval.hash) }),
    ...(events === null ? [t('approval.no_incident')] : timeline(t, events)),
    ...evidence(t, events ?? []),
  ];
  return {
    text: fitting(parts),
    buttons: [[{ text: t.plain('button.back'), data: `ap.s.${approval.id}` }]],
  };
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '–');

function timeline(t: Translate, events: readonly IncidentEvent[]): readonly (Html | null)[] {
  const earlier = events.length - LINES;
  return [
    t('approval.timeline'),
    earlier > 0 ? t('approval.earlier', { count: earlier }) : null,
    ...events.slice(-LINES).map((event) =>
      t('approval.timeline_line', {
        at: t.moment(event.at),
        text: eventWords(t, event, () => '', 200),
      }),
    ),
  ];
}

/** The latest evidence, section by section, each shortened to its end: the newest stands there. */
function evidence(t: Translate, events: readonly IncidentEvent[]): readonly Html[] {
  const saved = events.findLast(({ data }) => isRecord(data.evidence))?.data.evidence;
  if (!isRecord(saved)) return [];
  return Object.entries(saved).map(([section, content]) => {
    const points = [...text(content)];
    const tail = points.slice(-SECTION_CHARS).join('');
    const lines = tail.split(/\r?\n/).map((line) => code(line));
    return t('approval.evidence', { section, text: join(lines) });
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As many parts as one message holds: it is edited in place, so that there is no second one. */
function fitting(parts: readonly (Html | null)[]): Html {
  const kept: Html[] = [];
  let length = 0;
  for (const part of parts) {
    if (part === null) continue;
    length += plainOf(part.html).length + 1;
    if (length > MESSAGE_LIMIT - 2) {
      kept.push(html('…'));
      break;
    }
    kept.push(part);
  }
  return join(kept);
}
