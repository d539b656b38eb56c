import { realCredentials } from '../../simulators/demo/credentials.ts';

/** Tests work with simulated servers and bots; real credentials beside them are a mistake. */
export default function setup(): void {
  const found = realCredentials(process.env);
  if (found.length === 0) return;
  throw new Error(
    `The tests refuse real credentials: ${found.join(', ')}. Run: env ${found.map((name) => `-u ${name}`).join(' ')} npm test`,
  );
}
