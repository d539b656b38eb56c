import { count, field, seconds, webUrl, wordList } from './fields.ts';

/** Settings of watching the fleet and bringing it back. */
export const HEALTH_SETTINGS = {
  HEALTH_CHECK_INTERVAL: field(
    seconds(60, 10, 3600),
    'Seconds between two checks of a server',
    '60',
  ),
  HEALTH_CHECK_CONCURRENCY: field(
    count(200, 1, 5000),
    'Checks that one worker has in flight at most',
    '200',
  ),
  HEALTH_HANDSHAKES_PER_SECOND: field(
    count(20, 1, 1000),
    'SSH logins that one worker begins in a second at most',
    '20',
  ),
  HEALTH_SAMPLES_DAYS: field(count(7, 1, 365), 'Days for which each single check is kept', '7'),
  HEALTH_HOURS_DAYS: field(count(90, 1, 3650), 'Days for which hourly figures are kept', '90'),
  HEALTH_DAYS_DAYS: field(count(730, 1, 36_500), 'Days for which daily figures are kept', '730'),
  WITNESSES: field(
    wordList,
    'Who is asked whether our own network works: tcp://host:port, ping://host or gateway, separated by commas',
    "the providers' and Telegram's API hosts, gateway, tcp://1.1.1.1:53, tcp://8.8.8.8:53",
  ),
  BREAKER_FLOOR: field(
    count(3, 1, 1000),
    'Mass failure: up to so many failing servers never are one',
    '3',
  ),
  BREAKER_PERCENT: field(
    count(30, 1, 100),
    'Mass failure: more than this percentage of the fleet',
    '30',
  ),
  BREAKER_CEILING: field(
    count(25, 1, 100_000),
    'Mass failure: more than so many servers, however large the fleet is',
    '25',
  ),
  BREAKER_WINDOW: field(
    seconds(300, 30, 86_400),
    'Mass failure: failures within so many seconds count together',
    '300',
  ),
  RECOVERY_FLEET_AT_ONCE: field(
    count(2, 1, 1000),
    'Disruptive recoveries at once in the whole fleet',
    '2',
  ),
  RECOVERY_ACCOUNT_AT_ONCE: field(
    count(1, 1, 1000),
    'Disruptive recoveries at once in one provider account',
    '1',
  ),
  RECOVERY_ATTEMPTS_PER_DAY: field(
    count(2, 1, 100),
    'Disruptive recoveries of one server in 24 hours',
    '2',
  ),
  RECOVERY_FLEET_PER_DAY: field(
    count(20, 1, 10_000),
    'Disruptive steps of recovery in the whole fleet in 24 hours',
    '20',
  ),
  HEARTBEAT_URL: field(
    webUrl.optional(),
    'Fetched each minute while workers and chat are alive: silence is the alarm',
    'none',
  ),
} as const;
