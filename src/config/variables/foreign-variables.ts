/**
 * Imported for its effect, before any library that reads the environment: takes away the variables that tell libpq, the
 * PostgreSQL driver and the S3 client where to connect and how. They are set for other programs; what this server uses
 * follows from its own variables alone.
 */
for (const name of Object.keys(process.env)) {
  if (/^(PG[A-Z]|NODE_PG_|AWS_ENDPOINT_URL)/i.test(name)) Reflect.deleteProperty(process.env, name);
}

export {};
