import type { Receiver } from './notification.ts';

export type CardSubject = 'incident' | 'operation' | 'approval';

/** The message of one chat that stands for an incident, an operation or an approval. */
export interface ChatCard {
  readonly id: string;
  readonly subject: CardSubject;
  readonly subjectId: string;
  readonly receiver: Receiver;
  readonly messageId: number;
  /** Hash of what it shows. */
  readonly shown: string;
  /** Nothing more will change on it. */
  readonly closed: boolean;
}

/** What an operation's card lists beside the operation itself. */
export interface OperationProgress {
  readonly steps: readonly {
    readonly id: string;
    /** As its event called it; its id where there is none. */
    readonly title: string;
    readonly status: 'started' | 'done' | 'skipped' | 'failed' | 'undone' | 'undo_failed';
  }[];
  /** The Ansible task that was last heard of. */
  readonly task: string | null;
}
