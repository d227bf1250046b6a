/** What `dip init` writes. A test validates it: the starter must pass `dip validate` as it stands. */
export const PROJECT_EXAMPLE = `# yaml-language-server: $schema=./dipswitch.schema.json
# Database connectors and data actions of this project. Check with \`dip validate\`, compare with \`dip plan\`, carry out with \`dip apply\`.

# Written to the server as the label dipswitch.project; \`--prune\` deletes only what carries it.
project: example

connectors:
  - id: db-example-01                 # letters, digits, dot, dash, underscore; unique on the server
    name: Example PostgreSQL
    type: postgresql                  # postgresql | mysql | sqlserver | oracle
    host: db.example.com
    port: 5432                        # default by type: 5432, 3306, 1433, 1521
    database: example
    driverVersion: 42.6.0             # postgresql 42.5.0 42.6.0, mysql 8.0.33 8.1.0, sqlserver 12.2.0 12.4.0, oracle 19.18.0 21.9.0

    # References only, never a user name or a password. Either a label that the server maps to its vault, or
    # vault://mount/path#field, aws-sm://name#field, azure-kv://vault/name, gcp-sm://project/name, local://name.
    credentials:
      username: EXAMPLE_DB_USERNAME
      password: EXAMPLE_DB_PASSWORD

    pool:
      min: 2
      max: 15                         # at most 50 for postgresql and mysql, 40 for oracle, 30 for sqlserver
      connectionTimeoutSeconds: 25

    # TLS is required; switching it off is refused except to this machine.
    security:
      sslMode: true
      sslVerification: full           # full: chain and host name | ca: chain only | none: a warning each time
      # caCertificateFile: ./ca.pem   # default: the system's roots

    health:
      query: SELECT 1                 # one read-only statement
      intervalSeconds: 60
      timeoutSeconds: 5               # below the interval

    # events:
    #   - type: CONFIG_UPDATED
    #     webhookUrl: https://vault-sync.example.com/webhooks/config

# What a call flow asks: one statement each, its inputs bound by name. \`dip apply\` publishes them; try one before with
# \`dip apply --draft\` and \`dip action test customer-by-phone --input phone=+4930123456\`.
#
# dataActions:
#   - id: customer-by-phone             # its address never changes: .../dataactions/customer-by-phone/execute
#     connector: db-example-01
#     statement: |
#       select id, full_name, tier
#       from customers
#       where phone = :phone
#       limit 1
#     access: read                      # or write; reading ones can change nothing
#     input:
#       type: object
#       required: [phone]
#       properties:
#         phone: {type: string, maxLength: 20, x-sensitive: true}   # in no log and no audit record
#     output:                           # each of these is in every answer, whatever the database does
#       type: object
#       properties:
#         id: {type: integer}
#         full_name: {type: string, maxLength: 80}
#         tier: {type: string, maxLength: 16, default: NONE}
#     limits:
#       deadlineMs: 3000                # the caller hears nothing meanwhile
#       maxRows: 1
#     fallback: {tier: NONE}            # when the database does not answer in time
`;

export const ENV_EXAMPLE = `# Copy to .env next to it and fill in. Keep .env out of Git. What is set in the environment wins over .env.

# The server that the connectors are registered with.
CXONE_BASE_URL=http://127.0.0.1:8080

# An OAuth client with the scopes integrations:read and integrations:write, for data actions dataactions:read,
# dataactions:write and, to run them, dataactions:execute as well. On a local engine:
# dip-engine client create --tenant default --scope "integrations:read integrations:write dataactions:read dataactions:write dataactions:execute"
CXONE_CLIENT_ID=
CXONE_CLIENT_SECRET=

# Optional: told of every change, as a signed webhook.
# VAULT_WEBHOOK_URL=https://vault-sync.example.com/webhooks/config
# VAULT_WEBHOOK_SECRET=            # whsec_..., what it is signed with

# Optional: where dip secrets puts values (engine, vault, aws, azure, gcp; default engine), and how it gets there.
# DIP_VAULT=vault
# VAULT_ADDR=https://vault.example.com:8200
# VAULT_TOKEN=

# Optional: where attempts are recorded (default .dipswitch/audit.jsonl).
# DIP_AUDIT_FILE=.dipswitch/audit.jsonl
`;
