/**
 * What the migrations make and Prisma's schema cannot say. Tests compare it with a migrated database
 * in both directions, so that nothing is added or lost unnoticed.
 */
export const DATABASE_RULES = {
  partialIndexes: [
    'approval_one_open',
    'incident_one_open',
    'input_request_one_open',
    'invitation_one_open',
    'operation_one_active',
  ],
  checks: [
    'approval_decided',
    'approval_hash',
    'approval_round',
    'credential_sealed',
    'fleet_state_one',
    'incident_reopened',
    'incident_resolved',
    'input_request_secret',
    'maintenance_window_order',
    'operation_counts',
    'operation_event_percent',
    'operation_event_seq',
    'operation_event_status',
    'operation_finished',
    'operation_incident',
    'operation_mode',
    'operation_percent',
    'port_allocation_port',
    'recovery_rung_attempt',
    'recovery_rung_finished',
    'server_connection_jump',
    'server_connection_port',
    'server_counts',
    'server_error_from',
    'server_group_weight',
    'server_handle_form',
  ],
  triggers: ['audit_event_append_only', 'audit_event_no_truncate'],
} as const;
