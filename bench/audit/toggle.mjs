// Loaded before the server (`--import`): SIGUSR2 turns the audit log off and on. Off, acts are done as they would be without it.
import { AuditLog } from '../../dist/src/modules/audit/audit-log.service.js';

const log = AuditLog.prototype;
const on = { act: log.act, around: log.around, record: log.record };
const off = {
  act: (_action, _which, work) => work(),
  around: (_note, work) => work(),
  record: () => Promise.resolve(),
};
let isOn = true;
process.on('SIGUSR2', () => {
  isOn = !isOn;
  Object.assign(log, isOn ? on : off);
});
