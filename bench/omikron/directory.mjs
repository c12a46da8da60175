// Creates pairs of one Iota and one user in the directory of a running server.
import { createHash, randomUUID } from 'node:crypto';

const AT_ONCE = 20;
const identification = (data) => JSON.stringify({ id: randomUUID(), type: 'identification', data });

/**
 * @param base http address of the server; signs in with ADMIN_EMAIL and ADMIN_PASSWORD
 * @returns per pair, the ids and each side's first message; Iotas must be admitted without token (IOTA_ACCESS=open)
 */
export async function makePairs(base, count) {
  const { ADMIN_EMAIL = 'admin@switchboard.local', ADMIN_PASSWORD } = process.env;
  let token;
  const post = async (route, body) => {
    const response = await fetch(`${base}/api/v1/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const makePair = async () => {
    const user = randomUUID();
    const hash = createHash('sha256').update(user).digest('hex');
    const { iotaId } = await post('omikron/iotas', { name: 'bench' });
    await post(`omikron/iotas/${iotaId}/profiles`, { userId: user, privateKeyHash: hash });
    return {
      user,
      iota: identification({ iota_id: iotaId, user_ids: user }),
      client: identification({ user_id: user, private_key_hash: hash }),
    };
  };
  token = (await post('auth/login', { email: ADMIN_EMAIL, password: ADMIN_PASSWORD })).accessToken;
  const pairs = [];
  while (pairs.length < count) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - pairs.length) }, makePair);
    pairs.push(...(await Promise.all(batch)));
  }
  return pairs;
}
