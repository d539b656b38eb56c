export interface Settings {
  readonly machines: 'containers' | 'memory';
  /** Keeps this fleet's containers apart from others. */
  readonly label: string;
  readonly login: string;
  readonly password: string;
  readonly controlToken: string;
  /** 0: a free one. */
  readonly port: number;
  readonly taskMs: number;
  readonly firstId: number;
  /** As many servers as the account has at least. */
  readonly servers: number;
  /** Whether the machines go when the process stops. */
  readonly removeMachines: boolean;
  /** Whether the machines are switched off when the process stops, and on when it starts. */
  readonly sleepMachines: boolean;
  readonly exitWithParent: boolean;
  /** How long it still goes on then: an agent that lost the same parent may be ending its work. */
  readonly lingerMs: number;
}

const DEFAULTS: Partial<Settings> = {
  machines: 'containers',
  port: 0,
  taskMs: 5_000,
  firstId: 1001,
  servers: 0,
  removeMachines: false,
  sleepMachines: false,
  exitWithParent: false,
  lingerMs: 0,
};
const TYPES: Record<keyof Settings, 'string' | 'number' | 'boolean'> = {
  machines: 'string',
  label: 'string',
  login: 'string',
  password: 'string',
  controlToken: 'string',
  port: 'number',
  taskMs: 'number',
  firstId: 'number',
  servers: 'number',
  removeMachines: 'boolean',
  sleepMachines: 'boolean',
  exitWithParent: 'boolean',
  lingerMs: 'number',
};

/** The settings file's content; names every wrong key at once. */
export function parseSettings(value: unknown): Settings {
  const given: Record<string, unknown> = { ...DEFAULTS, ...(value as object) };
  const wrong = Object.entries(TYPES)
    .filter(([key, type]) => typeof given[key] !== type)
    .map(([key, type]) => `${key} must be a ${type}`);
  for (const key of Object.keys(given)) if (!(key in TYPES)) wrong.push(`${key} is not known`);
  if (!['containers', 'memory'].includes(String(given.machines))) {
    wrong.push('machines must be containers or memory');
  }
  if (wrong.length > 0) throw new Error(`settings: ${wrong.join('; ')}`);
  return given as unknown as Settings;
}
