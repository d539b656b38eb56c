export type InputRequestStatus = 'open' | 'answered' | 'expired' | 'cancelled' | 'used';

/** What a human is asked for: a secret, or the word that something was done by hand. */
export interface NewInputRequest {
  /** Unique within an operation's step, e.g. `root-password`. */
  readonly purpose: string;
  readonly kind: 'secret' | 'confirm';
  /** English text for a person: what is needed, why, and what happens with it. */
  readonly question: string;
  readonly expiresInSeconds: number;
}

export interface InputRequest {
  readonly id: string;
  readonly operationId: string;
  readonly serverHandle: string;
  readonly stepId: string;
  readonly purpose: string;
  readonly kind: 'secret' | 'confirm';
  readonly question: string;
  readonly status: InputRequestStatus;
  readonly answeredBy: string | null;
  /** Credential that holds a secret answer, encrypted; the answer itself is never stored in plain. */
  readonly credentialId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}
