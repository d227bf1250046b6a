import type { DatabaseKind } from '../catalogue/database-catalogue.ts';

/** What a property's value must be after percent-decoding. `choice` matches in any case and is kept as spelt here. */
export type PropertyValueRule =
  | { readonly form: 'choice'; readonly choices: readonly string[] }
  | { readonly form: 'integer'; readonly min: number; readonly max: number }
  | { readonly form: 'text'; readonly pattern: RegExp; readonly expected: string };

export interface ConnectionProperty {
  /** Canonical spelling: the vendor's own. */
  readonly name: string;
  readonly value: PropertyValueRule;
}

const BOOLEAN: PropertyValueRule = { form: 'choice', choices: ['true', 'false'] };
const ON_OFF: PropertyValueRule = { form: 'choice', choices: ['on', 'off', 'yes', 'no', 'true', 'false'] };
const SECONDS: PropertyValueRule = { form: 'integer', min: 1, max: 300 };
const MILLISECONDS: PropertyValueRule = { form: 'integer', min: 1, max: 300_000 };
const LABEL: PropertyValueRule = {
  form: 'text',
  pattern: /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/,
  expected: 'letters, digits and . _ : / -, 64 characters at most',
};

/** Everything a connection string may carry besides `driverVersion`, per database kind. Anything else is refused. */
export const ALLOWED_PROPERTIES: Readonly<Record<DatabaseKind, readonly ConnectionProperty[]>> = {
  postgresql: [
    { name: 'sslmode', value: { form: 'choice', choices: ['require', 'verify-ca', 'verify-full'] } },
    { name: 'ApplicationName', value: LABEL },
    { name: 'connectTimeout', value: SECONDS },
    { name: 'socketTimeout', value: { form: 'integer', min: 1, max: 86_400 } },
    {
      name: 'currentSchema',
      value: {
        form: 'text',
        pattern: /^[A-Za-z_$][A-Za-z0-9_$]{0,62}(?:,[A-Za-z_$][A-Za-z0-9_$]{0,62}){0,15}$/,
        expected: 'schema names separated by commas',
      },
    },
    {
      name: 'targetServerType',
      value: { form: 'choice', choices: ['any', 'primary', 'secondary', 'preferPrimary', 'preferSecondary'] },
    },
    { name: 'readOnly', value: BOOLEAN },
  ],
  mysql: [
    { name: 'sslMode', value: { form: 'choice', choices: ['REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'] } },
    { name: 'connectTimeout', value: MILLISECONDS },
    { name: 'socketTimeout', value: { form: 'integer', min: 1, max: 86_400_000 } },
    {
      name: 'characterEncoding',
      value: { form: 'text', pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, expected: 'the name of a character set' },
    },
    {
      name: 'serverTimezone',
      value: {
        form: 'text',
        pattern: /^[A-Za-z0-9+-][A-Za-z0-9_+:/-]{0,63}$/,
        expected: 'a time zone such as UTC or Europe/Berlin',
      },
    },
  ],
  sqlserver: [
    { name: 'encrypt', value: { form: 'choice', choices: ['true', 'strict', 'false'] } },
    { name: 'loginTimeout', value: SECONDS },
    { name: 'applicationName', value: LABEL },
    { name: 'applicationIntent', value: { form: 'choice', choices: ['ReadOnly', 'ReadWrite'] } },
    { name: 'multiSubnetFailover', value: BOOLEAN },
  ],
  // The keywords Oracle lists for an Easy Connect string, without wallet, proxy and pool, and without those that route
  // through further hosts (source_route) or weaken the check of the server's name.
  oracle: [
    { name: 'connect_timeout', value: SECONDS },
    { name: 'transport_connect_timeout', value: SECONDS },
    { name: 'recv_timeout', value: { form: 'integer', min: 1, max: 86_400 } },
    { name: 'retry_count', value: { form: 'integer', min: 0, max: 20 } },
    { name: 'retry_delay', value: { form: 'integer', min: 0, max: 60 } },
    { name: 'expire_time', value: { form: 'integer', min: 0, max: 1440 } },
    { name: 'sdu', value: { form: 'integer', min: 512, max: 2_097_152 } },
    { name: 'recv_buf_size', value: { form: 'integer', min: 1024, max: 16_777_216 } },
    { name: 'send_buf_size', value: { form: 'integer', min: 1024, max: 16_777_216 } },
    { name: 'enable', value: { form: 'choice', choices: ['broken'] } },
    { name: 'failover', value: ON_OFF },
    { name: 'load_balance', value: ON_OFF },
    { name: 'compression', value: ON_OFF },
    { name: 'use_sni', value: ON_OFF },
    { name: 'ssl_server_dn_match', value: { form: 'choice', choices: ['on', 'yes', 'true'] } },
  ],
};
