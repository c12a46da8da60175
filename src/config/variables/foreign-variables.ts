/**
 * Imported for its side effect, before any library that reads the environment: removes the variables that tell libpq,
 * the PostgreSQL driver and the S3 client where and how to connect. They are set for other programs; this server uses
 * only its own variables.
 */
for (const name of Object.keys(process.env)) {
  if (/^(PG[A-Z]|NODE_PG_|AWS_ENDPOINT_URL)/i.test(name)) Reflect.deleteProperty(process.env, name);
}

export {};
