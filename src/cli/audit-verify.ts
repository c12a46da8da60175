import { createPublicKey } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type AuditRecord, type AuditSealRecord } from '../common/audit/audit-record.js';
import { ChainVerifier, type Verdict } from '../common/audit/chain-verifier.js';
import { KeyRing } from '../config/key-ring.js';
import { AUDIT_KEY } from '../modules/audit/audit-keys.js';

const USAGE = `npm run audit:verify -- <export.ndjson> [options]    checks an export of the audit log; needs no server

  --secret-key-file <file>   the server's SECRET_KEY, e.g. DATA_DIR/secret-key: also checks who wrote entries and seals
  --public-key <file>        PEM of the public half of AUDIT_SIGNING_KEY: also checks signatures
  --head <id>:<hash>         a seal named in the server's log, which must be there: also detects a cut-off end`;

const FOUND = {
  changed: 'is not as it was sealed',
  missing: 'is missing',
  inserted: 'was inserted',
  forged: 'was not written by this server',
  seal: 'is under a seal that is not intact',
} as const;

async function main(): Promise<number> {
  const options = { 'secret-key-file': TEXT, 'public-key': TEXT, head: TEXT } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    console.error(USAGE);
    return 2;
  }
  const { 'secret-key-file': secretFile, 'public-key': publicFile, head } = values;
  const secret = secretFile === undefined ? undefined : (await readFile(secretFile, 'utf8')).trim();
  const verifier = new ChainVerifier({
    key: secret === undefined ? undefined : new KeyRing(secret).derive(AUDIT_KEY),
    publicKey: publicFile === undefined ? undefined : createPublicKey(await readFile(publicFile)),
    head,
  });
  await read(file, verifier);
  const verdict = verifier.verdict();
  report(verdict);
  if (secret === undefined && publicFile === undefined) {
    console.log('Only the chain of digests was checked: without a key, a complete rewrite is not detected.');
  }
  return verdict.ok ? 0 : 1;
}

const TEXT = { type: 'string' } as const;

async function read(file: string, verifier: ChainVerifier): Promise<void> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    line++;
    try {
      const item = JSON.parse(text) as { seal?: AuditSealRecord; entry?: AuditRecord };
      if (item.seal) verifier.seal(item.seal);
      else if (item.entry) verifier.entry(item.entry);
      else throw new Error('neither an entry nor a seal');
    } catch (error) {
      throw new Error(`Line ${line} does not belong in an export: ${(error as Error).message}`, { cause: error });
    }
  }
}

function report({ ok, checked, sealedTo, firstBroken, breach, head }: Verdict): void {
  console.log(`${checked} entries read, sealed up to ${sealedTo}; head ${head ?? 'none'}`);
  if (ok) console.log('The log is intact.');
  else console.log(`The log is broken from entry ${firstBroken} on: it ${FOUND[breach ?? 'seal']}.`);
}

process.exitCode = await main().catch((error: unknown) => {
  console.error((error as Error).message);
  return 2;
});
