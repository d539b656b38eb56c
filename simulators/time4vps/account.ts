import type { MachineMeta } from './machines.ts';

export interface Task {
  readonly id: number;
  readonly name: string;
  /** Milliseconds since 1970; undefined until it happened. */
  readonly activated: number;
  assigned?: number;
  completed?: number;
  results: string;
}

export interface SimServer {
  readonly id: number;
  readonly ip: string;
  meta: MachineMeta;
  /** Newest first. */
  tasks: Task[];
}
