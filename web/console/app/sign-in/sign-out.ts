import { toast } from '../../../ui/feedback/toasts.js';
import { sdk } from '../client.js';
import { queryClient } from '../queries.js';

/** Forgets this browser's login even if the server is unreachable. */
export async function signOut(): Promise<void> {
  try {
    await sdk.signOut();
  } catch {
    toast('Signed out here; the server did not answer, so the login goes on there until it expires.');
    sdk.resume(undefined);
  }
  queryClient.clear();
}
