/**
 * The shape of the state database, the same on SQLite and PostgreSQL. Times are milliseconds since the epoch, flags
 * are 0 or 1, documents are JSON text: what both databases keep without translation.
 */
export interface Tables {
  tenants: { tenant_id: string; created_at: number };
  clients: {
    client_id: string;
    tenant_id: string;
    /** Space separated. */
    scopes: string;
    /** HMAC-SHA256 (hex) of the secret under the pepper. */
    secret_hash: string;
    description: string;
    created_at: number;
    revoked_at: number | null;
  };
  api_keys: {
    key_id: string;
    tenant_id: string;
    key_hash: string;
    description: string;
    created_at: number;
    revoked_at: number | null;
  };
  signing_keys: {
    kid: string;
    algorithm: string;
    public_jwk: string;
    /** Sealed with the master key. */
    private_jwk_sealed: string;
    created_at: number;
    retired_at: number | null;
  };
  connectors: {
    connector_id: string;
    tenant_id: string;
    connector_type: string;
    /** The body as submitted and validated. */
    body: string;
    revision: number;
    paused: number;
    created_at: number;
    updated_at: number;
  };
  connector_health: {
    connector_id: string;
    status: string;
    last_check_at: number | null;
    latency_ms: number | null;
    error_class: string | null;
    message: string | null;
    consecutive_failures: number;
    serving_revision: number | null;
    server_version: string | null;
    updated_at: number;
  };
  health_checks: {
    check_id: string;
    connector_id: string;
    checked_at: number;
    status: string;
    latency_ms: number | null;
    error_class: string | null;
    message: string | null;
  };
  secrets: {
    tenant_id: string;
    name: string;
    version: number;
    /** Sealed with the master key. */
    value_sealed: string;
    created_at: number;
    updated_at: number;
  };
  secret_labels: { tenant_id: string; label: string; reference: string };
  events: {
    /** The `webhook-id` of its deliveries. */
    event_id: string;
    tenant_id: string;
    event_type: string;
    connector_id: string | null;
    body: string;
    created_at: number;
  };
  deliveries: {
    delivery_id: string;
    event_id: string;
    tenant_id: string;
    webhook_url: string;
    state: 'pending' | 'delivered' | 'dead';
    attempts: number;
    next_attempt_at: number;
    lease_owner: string | null;
    lease_until: number | null;
    last_status: number | null;
    last_error: string | null;
    updated_at: number;
  };
  webhook_endpoints: {
    tenant_id: string;
    webhook_url: string;
    /** Sealed `whsec_` secrets, newest first, as a JSON array. */
    secrets_sealed: string;
    disabled_at: number | null;
    created_at: number;
  };
  /** Records committed with their change and not yet known to be in the chained file. */
  audit_outbox: { audit_id: string; engine_id: string; event: string; created_at: number };
  data_actions: {
    action_id: string;
    tenant_id: string;
    /** Of the newest version. */
    connector_id: string;
    revision: number;
    latest_version: number;
    published_version: number | null;
    /** Of the published version. */
    published_connector_id: string | null;
    created_at: number;
    updated_at: number;
  };
  data_action_versions: {
    action_id: string;
    version: number;
    /** The body as submitted and validated. */
    body: string;
    created_at: number;
    created_by: string;
    /** When it was last made the one that runs; null for a draft. */
    published_at: number | null;
    /** The version that ran before it when it was published: where a rollback leads. */
    published_after: number | null;
  };
  /** Writes that carry a key, so that a repeated one is answered and not run again. */
  idempotent_executions: {
    tenant_id: string;
    action_id: string;
    key_hash: string;
    request_hash: string;
    state: 'running' | 'done' | 'in-doubt';
    /** The one line of JSON, sealed with the master key; null while running. */
    answer: string | null;
    /** Which engine runs it. */
    engine_id: string;
    created_at: number;
    lease_until: number;
    expires_at: number;
  };
}
