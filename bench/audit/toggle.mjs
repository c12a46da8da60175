// Loaded before the server (`--import`): SIGUSR2 turns the audit log off and on. When off, actions run as if there were
// none.
import { AuditLog } from '../../dist/src/modules/audit/audit-log.service.js';
import { STORED_TARGETS } from '../../dist/src/modules/audit/audit-targets.js';

const log = AuditLog.prototype;
const names = ['act', 'remove', 'makeRow', 'removeRow', 'around', 'with', 'note'];
const on = Object.fromEntries(names.map((name) => [name, log[name]]));
const off = {
  act: (_action, _which, work) => work(() => undefined),
  remove: (_action, _which, work) => work(() => undefined),
  makeRow(_action, kind, values) {
    const { manager } = this.dataSource;
    return manager.save(manager.create(STORED_TARGETS[kind].entity, values));
  },
  async removeRow(_action, [kind, which]) {
    const { affected } = await this.dataSource.manager.delete(STORED_TARGETS[kind].entity, which);
    return affected === 1;
  },
  around: (_note, work) => work(),
  with(work) {
    return this.dataSource.transaction(work);
  },
  note: () => Promise.resolve(),
};
let isOn = true;
process.on('SIGUSR2', () => {
  isOn = !isOn;
  Object.assign(log, isOn ? on : off);
});
