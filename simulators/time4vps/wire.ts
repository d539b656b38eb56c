import type { SimServer, Task } from './account.ts';

/** Dates as the provider writes them: ISO 8601 with its own offset, empty until set. */
export function wireDate(ms: number | undefined): string {
  if (ms === undefined) return '';
  const offsetHours = 2; // Vilnius, in winter
  const local = new Date(ms + offsetHours * 3_600_000).toISOString();
  return `${local.slice(0, 19)}+0${offsetHours}:00`;
}

/** Results appear with the completion, never before it. */
export const wireTask = (task: Task) => ({
  name: task.name,
  activated: wireDate(task.activated),
  assigned: wireDate(task.assigned),
  completed: wireDate(task.completed),
  results: task.completed === undefined ? '' : task.results,
});

export const wireListItem = (server: SimServer) => ({
  server_id: server.id,
  domain: server.meta.domain,
  ip: server.ip,
  date_created: server.meta.created.slice(0, 10),
  synch_date: wireDate(Date.parse(server.meta.created)),
  label: server.meta.label,
  type: 'linux',
});

/** A flat object, without the id in it. */
export const wireDetails = (server: SimServer, active: Task | undefined, status: string) => ({
  package_id: 1105,
  domain: server.meta.domain,
  label: server.meta.label,
  status,
  cpu_frequency: 2600,
  cpu_cores: 2,
  ram_limit: 4096,
  ram_used: 3711, // counts the page cache
  disk_limit: 40960,
  disk_usage: 2210,
  bw_limit: 16777216,
  bw_in: 1201,
  bw_out: 733,
  os: server.meta.os,
  ip: server.ip,
  additional_ip: [],
  dns_servers: ['80.209.231.1', '80.209.231.2'],
  components: [],
  active_task: active === undefined ? null : wireTask(active),
  last_tasks: server.tasks
    .filter((task) => task.completed !== undefined)
    .slice(0, 10)
    .map(wireTask),
});

export const wireService = (server: SimServer, status: string) => ({
  service: {
    id: String(server.id),
    domain: server.meta.domain,
    label: server.meta.label,
    status,
    name: 'Linux 4',
    billingcycle: 'Monthly',
    date_created: server.meta.created.slice(0, 10),
    next_due: '2030-01-01',
    total: '3.99',
  },
});
