import { expect, it } from 'vitest';
import { locateBinaries } from '../../src/modules/database/embedded/postgres-binaries.js';
import { chooseRunAs } from '../../src/modules/database/embedded/run-as.js';
import { describeWith } from '../support/requires.js';

const isRoot = process.getuid?.() === 0;

describeWith('unshare', 'the user PostgreSQL runs as', () => {
  it.runIf(!isRoot)('is the current user, unless that is root', async () => {
    const { postgres } = await locateBinaries();
    expect(await chooseRunAs(postgres)).toEqual({ wrapper: [], owner: undefined });
  });

  it.runIf(isRoot)('is root under another name if namespaces are allowed, otherwise nobody', async () => {
    const { postgres } = await locateBinaries();
    const { wrapper, owner } = await chooseRunAs(postgres);
    if (wrapper.length > 0) {
      expect(wrapper[0]).toBe('unshare');
      expect(owner?.uid).toBe(0);
    } else {
      expect(owner?.uid).toBeGreaterThan(0);
    }
  });

  it.runIf(isRoot)('is nobody if the namespace cannot run the program', async () => {
    const { wrapper, owner } = await chooseRunAs('/no/such/program');
    expect(wrapper).toEqual([]);
    expect(owner).toMatchObject({ name: 'nobody' });
  });
});
