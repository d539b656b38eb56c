import {
  LOGIN,
  openTime4Vps,
  PASSWORD,
  type Time4VpsHarness,
} from '#test/builders/time4vps-stage.ts';
import { providerContract } from '#test/contracts/provider-contract.ts';
import { time4vps } from './index.ts';

providerContract<Time4VpsHarness>({
  definition: time4vps,
  env: { TIME4VPS_LOGIN: LOGIN, TIME4VPS_PASSWORD: PASSWORD, TIME4VPS_BASE_URL: '' },
  wrongSettings: { login: '', password: 'x' },
  open: () => openTime4Vps(),
  inventory: {
    unknownRef: '4242',
    of: ({ simulator }) => ({
      breakAnswers: () => void simulator.faults.set({ name: 'malformed_json' }),
    }),
  },
  actions: {
    of: ({ simulator, rootPassword }) => ({
      busy: () => void simulator.faults.set({ name: 'busy' }),
      loseNextAnswer: () =>
        void simulator.faults.set({ name: 'answer_lost', on: 'reset_password', count: 1 }),
      throttleTasks: (seconds) =>
        void simulator.faults.set({ name: 'throttle', value: seconds, count: 1 }),
      settled: () => simulator.idle(),
      password: rootPassword,
    }),
  },
  login: {
    of: ({ simulator }) => ({
      refuseLogin: () => void simulator.faults.set({ name: 'wrong_login' }),
    }),
  },
});
