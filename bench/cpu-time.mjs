import { readdirSync, readFileSync } from 'node:fs';

/** Nanoseconds of CPU that a process has used, over all its threads. Linux only. */
export function cpuNanoseconds(pid) {
  let sum = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      sum += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // The thread has ended.
    }
  }
  return sum;
}

/** CPU seconds of a database server and all its processes, including those that have ended. */
export function databaseSeconds(postmaster) {
  let sum = cpuNanoseconds(postmaster) / 1e9;
  const fields = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const [utime, stime] = fields(postmaster).slice(13, 15).map(Number);
  sum += (utime + stime) / 100;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (Number(fields(pid)[1]) === postmaster) sum += cpuNanoseconds(pid) / 1e9;
    } catch {
      // It has ended.
    }
  }
  return sum;
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid) {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** The median. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.floor(sorted.length / 2)];
}
