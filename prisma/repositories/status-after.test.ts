import { describe, expect, it } from 'vitest';
import { statusAfter, statusAfterRecovery, statusBeforeIntent } from './status-after.ts';

type Args = Parameters<typeof statusAfter>;
const work = (over: Partial<Args[1]> = {}): Args[1] => ({
  ...{ episode: 3, attempt: 1, priorStatus: 'in_use', priorStatusBefore: null },
  ...over,
});
const at = (status: Args[2]['status'], statusBefore: Args[2]['statusBefore'] = null): Args[2] => ({
  ...{ episode: 3, status, statusBefore },
});

describe('statusAfter', () => {
  it.each([
    ['succeeded', work(), at('provisioning'), 'ready'],
    ['failed', work(), at('provisioning'), 'error'],
    ['expired', work(), at('provisioning'), 'error'],
    ['cancelled', work(), at('provisioning'), 'error'],
    // Refused before it was touched: an order that could not be obeyed is an error to look at.
    ['failed', work({ attempt: 0 }), at('force_rebuild'), 'error'],
    // Given up before it was touched: as it was.
    ['cancelled', work({ attempt: 0 }), at('force_rebuild'), 'in_use'],
    ['expired', work({ attempt: 0 }), at('force_rebuild'), 'in_use'],
    [
      'cancelled',
      work({ attempt: 0, priorStatus: 'discovered' }),
      at('pending_setup'),
      'discovered',
    ],
    ['failed', work({ attempt: 0, priorStatus: 'error' }), at('pending_setup'), 'error'],
    // It waited on the list: left there it would be taken up again at once.
    [
      'cancelled',
      work({ attempt: 0, priorStatus: 'pending_setup' }),
      at('pending_setup'),
      'discovered',
    ],
    // An older operation was half way through it.
    ['cancelled', work({ attempt: 0, priorStatus: 'provisioning' }), at('force_rebuild'), 'error'],
    ['cancelled', work({ attempt: 0, priorStatus: 'force_rebuild' }), at('force_rebuild'), 'error'],
  ] as const)('%s: %j on %j becomes %s', (end, operation, server, expected) => {
    expect(statusAfter(end, operation, server)?.status).toBe(expected);
  });

  it('gives back both statuses of a server that was set aside', () => {
    const operation = work({ attempt: 0, priorStatus: 'maintenance', priorStatusBefore: 'ready' });
    expect(statusAfter('cancelled', operation, at('force_rebuild', 'maintenance'))).toEqual({
      status: 'maintenance',
      statusBefore: 'ready',
    });
  });

  it('changes what a server set aside meanwhile will return to', () => {
    expect(statusAfter('succeeded', work(), at('unreachable', 'provisioning'))).toEqual({
      status: 'unreachable',
      statusBefore: 'ready',
    });
  });

  it.each([
    ['superseded', work(), at('provisioning')],
    ['succeeded', work({ episode: 2 }), at('provisioning')],
    ['failed', work({ episode: 2 }), at('provisioning')],
    ['cancelled', work({ episode: 2 }), at('force_rebuild')],
    ['failed', work(), at('reserved')],
    ['failed', work(), at('maintenance', 'ready')],
    ['succeeded', work(), at('decommissioned')],
    ['succeeded', work(), at('force_rebuild')],
  ] as const)('%s: %j leaves %j alone', (end, operation, server) => {
    expect(statusAfter(end, operation, server)).toBeNull();
  });
});

describe('statusBeforeIntent', () => {
  it.each([
    ['ready', null, 'ready'],
    ['provisioning', 'ready', 'error'],
    ['pending_setup', 'discovered', 'discovered'],
    ['force_rebuild', 'in_use', 'in_use'],
    ['unreachable', 'ready', 'unreachable'],
  ] as const)('of %s (before: %s) is %s', (status, statusBefore, expected) => {
    expect(statusBeforeIntent({ status, statusBefore })).toBe(expected);
  });
});

describe('statusAfterRecovery', () => {
  type Server = Parameters<typeof statusAfterRecovery>[2];
  const on = (over: Partial<Server>): Server => ({
    ...{ episode: 3, status: 'error', statusBefore: null, errorFrom: 'in_use' },
    ...over,
  });
  const home = { status: 'in_use', statusBefore: null };
  const error = { status: 'error', statusBefore: null };

  it.each([
    ['succeeded', on({}), home],
    ['succeeded', on({ status: 'provisioning' }), home],
    ['succeeded', on({ status: 'provisioning', errorFrom: null }), { ...home, status: 'ready' }],
    ['failed', on({ status: 'provisioning' }), error],
    ['cancelled', on({ status: 'provisioning' }), error],
    // Set aside meanwhile: it is the status to return to that changes.
    [
      'succeeded',
      on({ status: 'maintenance', statusBefore: 'error' }),
      { status: 'maintenance', statusBefore: 'in_use' },
    ],
    // An error that no incident made is not its to lift.
    ['succeeded', on({ errorFrom: null }), null],
    ['failed', on({}), null],
    ['succeeded', on({ status: 'in_use', statusBefore: 'error' }), null],
    ['superseded', on({ status: 'provisioning' }), null],
    ['succeeded', on({ episode: 4 }), null],
  ] as const)('%s on %j is %j', (end, server, expected) => {
    expect(statusAfterRecovery(end, { episode: 3 }, server)).toEqual(expected);
  });
});
