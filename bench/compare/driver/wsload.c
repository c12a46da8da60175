/*
 * wsload.c - single-threaded epoll WebSocket load driver (Linux, no dependencies).
 *
 *   cc -O2 -Wall -o wsload wsload.c   (the headers are its parts, included once each)
 *
 * It opens N connections, logs every one of them in (optional script of frames to send
 * and to wait for), runs one workload and prints ONE line of JSON on stdout.
 * "wsload --help" lists the options; docs/performance.md explains the figures.
 *
 * Model: connections are cut into groups of G consecutive ones (default: one group = all).
 * The first P members of each group publish (or those from --pub-from on); every message
 * must reach `expect` connections of the same group (default G-1, or G with --self 1).
 *   room fan-out      one group of N, P publishers
 *   many small rooms  G = room size
 *   1:1 relay         G = 2, P = 1           (A -> B)
 *   echo              G = 1, --self 1
 *   star              G = K+1, --pub-from 1 --pubs K --expect 1   (K clients -> 1 hub)
 * Each message carries a token  @@W<16 hex ns><8 hex seq><8 hex publisher>  which the
 * receiver finds by scanning for its marker, wherever the server has put it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MARK "@@W"
#define MARKLEN 3
#define TOKHEX 32                      /* 16 + 8 + 8 */
#define TOKLEN (MARKLEN + TOKHEX)
#define WSKEY "dGhlIHNhbXBsZSBub25jZQ=="              /* the RFC 6455 sample key ... */
#define WSACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="       /* ... and its only valid answer */
#define RBUF (1 << 20)
#define MAXOUT (64u << 20)
#define MAXSTEP 32
#define MAXLIST 16

static void die(const char *fmt, ...) {
  va_list ap; va_start(ap, fmt); fprintf(stderr, "wsload: "); vfprintf(stderr, fmt, ap);
  fprintf(stderr, "\n"); va_end(ap); exit(2);
}
static uint64_t now_ns(void) {
  struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}
static void *xrealloc(void *p, size_t n) { p = realloc(p, n ? n : 1); if (!p) die("out of memory"); return p; }
static void *xcalloc(size_t n, size_t s) { void *p = calloc(n ? n : 1, s ? s : 1); if (!p) die("out of memory"); return p; }

#include "histogram.h"
#include "state.h"
#include "templates.h"
#include "wire.h"
#include "processes.h"

/* ---------- main ---------- */
static void add_url(char *s) {
  if (strncmp(s, "ws://", 5)) die("only ws:// URLs: %s", s);
  char *h = strdup(s + 5), *sl = strchr(h, '/'); url_t u = {0};
  u.path = sl ? strdup(sl) : strdup("/"); if (sl) *sl = 0;
  char *co = strchr(h, ':'); u.port = co ? atoi(co + 1) : 80; if (co) *co = 0;
  u.host = h; u.sa.sin_family = AF_INET; u.sa.sin_port = htons((uint16_t)u.port);
  if (inet_pton(AF_INET, strcmp(h, "localhost") ? h : "127.0.0.1", &u.sa.sin_addr) != 1) die("host must be an IPv4 address: %s", h);
  if ((ntohl(u.sa.sin_addr.s_addr) >> 24) != 127) die("loopback addresses only: %s", h);
  urls = xrealloc(urls, sizeof *urls * (size_t)(nurls + 1)); urls[nurls++] = u;
}
static void add_list(char *s) {
  char *eq = strchr(s, '='); if (!eq || nlists == MAXLIST) die("--list name=file");
  *eq = 0; FILE *f = fopen(eq + 1, "r"); if (!f) die("cannot read %s", eq + 1);
  list_t *l = &lists[nlists++]; l->name = s; char *line = NULL; size_t cap = 0; ssize_t n;
  while ((n = getline(&line, &cap, f)) >= 0) {
    while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r')) line[--n] = 0;
    l->v = xrealloc(l->v, sizeof *l->v * (size_t)(l->n + 1)); l->v[l->n++] = strdup(line);
  }
  free(line); fclose(f);
}
static void usage(void) {
  puts("wsload [options]   (prints one line of JSON)\n"
  "connections\n"
  "  --url ws://127.0.0.1:PORT/PATH   repeatable; connection i takes url[i %% n]; the path is a template\n"
  "  --conns N            connections                       --concurrency N  handshakes in flight (64)\n"
  "  --header 'K: V'      extra request header (template), repeatable\n"
  "  --list name=FILE     %{name} = line number i of FILE\n"
  "  --login TPL          frame to send after the handshake, repeatable, in order with --wait\n"
  "  --wait TEXT          go on only after a frame that contains TEXT\n"
  "  --reply TEXT=TPL     answer every frame that contains TEXT (application pings)\n"
  "  --eio                engine.io 4 / socket.io 5 over WebSocket only; --ns /name  --auth JSON-TPL\n"
  "  --bin                send binary frames                --multi  several messages may share a frame\n"
  "groups and messages\n"
  "  --group G            connections per group (all)       --pubs P  publishers per group (1; 0 = none)\n"
  "  --pub-from J         first publishing member (0)       --self 0|1  the sender receives its own\n"
  "  --expect K           receivers per message             --msg TPL  --size BYTES (128) or --pad BYTES\n"
  "  --pad-utf8           two-byte characters as padding    --frag N  send fragments of N bytes\n"
  "workload\n"
  "  --window W           messages in flight per publisher, as fast as possible\n"
  "  --rate R             or: R messages/s over all publishers, open loop (latency from the due time)\n"
  "  --count M            stop after M messages (with --window)\n"
  "  --warmup S (1) --duration S (5) --drain S (3) --stall S (2) --settle S (0.2)\n"
  "  --idle --hold S      connect, hold, read RSS, no messages\n"
  "  --spin 0|1           busy-poll (default: 1 with --rate)\n"
  "  --slot K/N:MS:GUARD  send only in every Nth slot of MS ms of the monotonic clock, the Kth of N; figures per slot,\n"
  "                       without its first GUARD ms: two drivers can so take turns (with --window)\n"
  "figures\n"
  "  --pid P[,P..]        server processes: CPU and RSS     --core N  the server's core (its busy time)\n"
  "  --name TEXT --rst --verbose\n"
  "templates: %T token as a JSON string, %t token bare, %P padding, %U uuid, %i connection, %g group,\n"
  "  %j position in group, %p peer's index, %k peer's position, %{list} %{list:peer|group|pos|first},\n"
  "  %{sid} %{sid:peer} socket.io id, %% percent, \\r \\n");
  exit(0);
}
static void jstr(const char *s) { putchar('"'); for (; *s; s++) { if (*s == '"' || *s == '\\') printf("\\%c", *s); else if ((unsigned char)*s < 32) putchar(' '); else putchar(*s); } putchar('"'); }

int main(int argc, char **argv) {
  static struct option L[] = {
    {"url", 1, 0, 1}, {"conns", 1, 0, 2}, {"header", 1, 0, 3}, {"list", 1, 0, 4}, {"login", 1, 0, 5}, {"wait", 1, 0, 6}, {"reply", 1, 0, 7},
    {"eio", 0, 0, 8}, {"ns", 1, 0, 9}, {"auth", 1, 0, 10}, {"bin", 0, 0, 11}, {"multi", 0, 0, 12}, {"group", 1, 0, 13}, {"pubs", 1, 0, 14},
    {"pub-from", 1, 0, 15}, {"self", 1, 0, 16}, {"expect", 1, 0, 17}, {"msg", 1, 0, 18}, {"size", 1, 0, 19}, {"pad", 1, 0, 20},
    {"window", 1, 0, 21}, {"rate", 1, 0, 22}, {"count", 1, 0, 23}, {"warmup", 1, 0, 24}, {"duration", 1, 0, 25}, {"drain", 1, 0, 26},
    {"stall", 1, 0, 27}, {"settle", 1, 0, 28}, {"idle", 0, 0, 29}, {"hold", 1, 0, 30}, {"spin", 1, 0, 31}, {"pid", 1, 0, 32}, {"core", 1, 0, 33},
    {"name", 1, 0, 34}, {"rst", 0, 0, 35}, {"verbose", 0, 0, 36}, {"help", 0, 0, 37}, {"concurrency", 1, 0, 38}, {"connect-timeout", 1, 0, 39},
    {"pad-utf8", 0, 0, 40}, {"frag", 1, 0, 41}, {"slot", 1, 0, 42}, {0, 0, 0, 0}};
  int o;
  while ((o = getopt_long(argc, argv, "", L, NULL)) != -1) switch (o) {
    case 1: add_url(optarg); break; case 2: o_conns = atoi(optarg); break;
    case 3: if (nheaders == 32) die("too many headers"); headers[nheaders++] = optarg; break;
    case 4: add_list(optarg); break;
    case 5: case 6: if (nsteps == MAXSTEP) die("too many steps"); steps[nsteps].wait = o == 6; steps[nsteps++].s = optarg; break;
    case 7: { char *e = strchr(optarg, '='); if (!e || nreplies == 8) die("--reply TEXT=TPL"); *e = 0; replies[nreplies].match = optarg; replies[nreplies++].answer = e + 1; break; }
    case 8: o_eio = 1; break; case 9: o_ns = optarg; break; case 10: o_auth = optarg; break; case 11: o_bin = 1; break; case 12: o_multi = 1; break;
    case 13: o_group = atoi(optarg); break; case 14: o_pubs = atoi(optarg); break; case 15: o_pubfrom = atoi(optarg); break;
    case 16: o_self = atoi(optarg); break; case 17: o_expect = atoi(optarg); break; case 18: o_msg = optarg; break;
    case 19: o_size = atoi(optarg); break; case 20: o_pad = atoi(optarg); break; case 21: o_window = atoi(optarg); break;
    case 22: o_rate = atof(optarg); break; case 23: o_count = atol(optarg); break; case 24: o_warm = atof(optarg); break;
    case 25: o_dur = atof(optarg); break; case 26: o_drain = atof(optarg); break; case 27: o_stall = atof(optarg); break;
    case 28: o_settle = atof(optarg); break; case 29: o_idle = 1; break; case 30: o_hold = atof(optarg); break; case 31: o_spin = atoi(optarg); break;
    case 32: for (char *q = strtok(optarg, ","); q && npids < 64; q = strtok(NULL, ",")) pids[npids++] = atoi(q); break;
    case 33: o_core = atoi(optarg); break; case 34: o_name = optarg; break; case 35: o_rst = 1; break; case 36: o_verbose++; break;
    case 37: usage(); break; case 38: o_conc = atoi(optarg); break; case 39: o_ctimeout = atof(optarg); break;
    case 40: o_padutf8 = 1; break; case 41: o_frag = atoi(optarg); break;
    case 42: { unsigned long ms, g; if (sscanf(optarg, "%d/%d:%lu:%lu", &o_slotk, &o_slotn, &ms, &g) != 4 || o_slotn < 1 || ms < 20 || g >= ms) die("--slot K/N:MS:GUARD"); o_slot = ms * 1000000ull; o_guard = g * 1000000ull; break; }
    default: die("see --help");
  }
  if (!nurls) die("--url is required");
  if (o_conns < 1 || o_conns > 60000) die("--conns 1..60000");
  if (o_dur > 600 || o_hold > 600 || o_warm > 120) die("durations are bounded to 600 s");
  if (!o_group) o_group = o_conns;
  if (o_idle) o_pubs = 0;
  if (o_conns % o_group) die("--conns must be a multiple of --group");
  if (o_pubs && !o_window && o_rate <= 0) die("give --window or --rate");
  if (o_spin < 0) o_spin = o_rate > 0;
  signal(SIGPIPE, SIG_IGN);
  struct rlimit rl; getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl);
  memset(hexv, 0xf0, sizeof hexv);
  for (int i = 0; i < 10; i++) hexv['0' + i] = (uint8_t)i;
  for (int i = 0; i < 6; i++) hexv['a' + i] = hexv['A' + i] = (uint8_t)(10 + i);
  ep = epoll_create1(EPOLL_CLOEXEC); rbuf = xcalloc(1, RBUF); H = xcalloc(1, sizeof *H); HC = xcalloc(1, sizeof *HC);
  C = xcalloc((size_t)o_conns, sizeof *C); dirtyq = xcalloc((size_t)o_conns, sizeof *dirtyq);
  for (int i = 0; i < o_conns; i++) { conn *c = &C[i]; c->idx = i; c->fd = -1; c->group = i / o_group; c->gpos = i % o_group; c->url = i % nurls; }

  /* 1. connect */
  long rss0 = pids_rss(); double cpu_c0 = pids_cpu();
  uint64_t tc = now_ns(), tlast = tc; int next = 0;
  while (nready + nfailed < o_conns && (double)(now_ns() - tc) / 1e9 < o_ctimeout) {
    while (next < o_conns && next - nready - nfailed < o_conc) start_conn(&C[next++]);
    int before = nready; loop_once(50000000); if (nready != before) tlast = now_ns();
  }
  double t_connect = (double)(tlast - tc) / 1e9; double cpu_c1 = pids_cpu();
  int ok = nready; int unready = o_conns - nready - nfailed;
  if (unready) note_err("%d connections not ready in time", unready);

  /* 2. settle, or hold idle */
  running = 1;
  double settle = o_idle ? o_hold : o_settle; uint64_t e = now_ns() + (uint64_t)(settle * 1e9);
  while (now_ns() < e) loop_once(10000000);
  long rss1 = pids_rss(); int idle_dead = ndead; double hold_cpu = pids_cpu() - cpu_c1;

  /* 3. workload */
  double cpu0 = 0, cpu1 = 0, tk0 = 0, tk1 = 0, b0 = 0, b1 = 0, s0 = 0, s1 = 0, a0 = 0, a1 = 0, d0 = 0, d1 = 0; uint64_t sent0 = 0, sent1 = 0, rd0 = 0, rd1 = 0, fr0 = 0, fr1 = 0;
  double drain_s = 0;
  if (o_pubs && ok == o_conns) {
    int ngroups = (o_conns + o_group - 1) / o_group; P = xcalloc((size_t)ngroups * (size_t)o_pubs, sizeof *P); pumpq = xcalloc((size_t)ngroups * (size_t)o_pubs, sizeof *pumpq);
    for (int g = 0; g < ngroups; g++) for (int k = 0; k < o_pubs && o_pubfrom + k < gsize(g); k++) {
      pub *b = &P[npubs]; b->idx = npubs++; b->slot = k; b->c = &C[g * o_group + o_pubfrom + k]; b->c->pub = b;
      sb s = {0}; pub tmp = {0}; expand(o_msg, b->c, &s, &tmp, 0);
      int pad = o_pad >= 0 ? o_pad : o_size > (int)s.n ? o_size - (int)s.n : 0; free(s.p);
      sb m = {0}; expand(o_msg, b->c, &m, b, pad); b->msg = (uint8_t *)m.p; b->len = m.n;
      if (!b->nt) die("the message template has no %%T or %%t");
      if (o_window) { uint32_t z = 1; while (z < (uint32_t)o_window * 2) z <<= 1; b->rmask = z - 1; b->rem = xcalloc(z, 4); b->remseq = xcalloc(z, 4); }
    }
    for (int i = 0; i < o_conns; i++) C[i].last = xcalloc((size_t)o_pubs, sizeof(uint32_t));
    expect = o_expect >= 0 ? o_expect : o_group - 1 + (o_self ? 1 : 0);
    if (expect < 1) die("nobody would receive the messages");
    sending = 1; uint64_t start = now_ns(); uint64_t w0 = start + (uint64_t)(o_warm * 1e9), w1 = w0 + (uint64_t)(o_dur * 1e9);
    uint64_t k = 0; double step = o_rate > 0 ? 1e9 / o_rate : 0; uint64_t nextchk = start; int phase = 0;
    int sst = 0; uint64_t sidx = 0, sa_recv = 0, sa_t = 0; double sa_cpu = 0, sa_own = 0; /* slot state: 0 off, 1 guard, 2 measuring */
    if (o_slot) { sending = 0; slots = xcalloc(20000, sizeof *slots); }
    for (int i = 0; i < npubs && o_window && sending; i++) { P[i].last_progress = start; queue_pub(&P[i]); }
    pump(); flush_all();
    t1 = UINT64_MAX;
    for (;;) {
      uint64_t t = now_ns();
      if (phase == 0 && t >= w0) { phase = 1; cpu0 = pids_cpu(); tk0 = pids_cpu_ticks(); core_times(&b0, &s0, &a0); d0 = own_cpu(); sent0 = st_sent; rd0 = st_reads; fr0 = st_frames; t0 = now_ns(); t1 = t0 + (uint64_t)(o_dur * 1e9); w1 = t1; }
      if (phase == 1 && (t >= w1 || (o_count && st_sent >= (uint64_t)o_count && st_recv >= (uint64_t)o_count * (uint64_t)expect))) { t1 = t; break; }
      if (o_slot) {
        uint64_t x = t / o_slot;
        if (sst && x != sidx) {
          if (sst == 2 && phase == 1 && nslots < 20000) slots[nslots++] = (slot_t){sidx, st_recv - sa_recv, (double)(t - sa_t) / 1e9, pids_cpu() - sa_cpu, own_cpu() - sa_own};
          sst = 0; sending = 0;
        }
        if (!sst && (int)(x % (uint64_t)o_slotn) == o_slotk) { sst = 1; sidx = x; sending = 1; for (int i = 0; i < npubs; i++) { P[i].last_progress = t; queue_pub(&P[i]); } pump(); flush_all(); }
        if (sst == 1 && t - sidx * o_slot >= o_guard) { sst = 2; sa_recv = st_recv; sa_cpu = pids_cpu(); sa_own = own_cpu(); sa_t = now_ns(); }
      }
      if (o_rate > 0) {
        while (start + (uint64_t)((double)k * step) <= t) {
          uint64_t due = start + (uint64_t)((double)k * step); pub *b = &P[k % (uint64_t)npubs]; k++;
          if (t - due > maxlag && t0) maxlag = t - due;
          if (b->c->state == S_READY) publish(b, due);
        }
        flush_all();
      }
      if (o_window && sending && t >= nextchk) { nextchk = t + 50000000;
        for (int i = 0; i < npubs; i++) if (P[i].outstanding >= o_window && (double)(int64_t)(t - P[i].last_progress) / 1e9 > o_stall) { st_forgiven += (uint64_t)P[i].outstanding; P[i].outstanding = 0; memset(P[i].rem, 0, (P[i].rmask + 1) * 4); P[i].last_progress = t; queue_pub(&P[i]); } }
      int64_t to = 10000000;
      if (o_rate > 0) { uint64_t due = start + (uint64_t)((double)k * step), nw = now_ns(); to = due > nw ? (int64_t)(due - nw) : 0; if (to > 10000000) to = 10000000; }
      if (w1 > t && (int64_t)(w1 - t) < to) to = (int64_t)(w1 - t);
      if (o_slot) { uint64_t b = sst == 1 ? sidx * o_slot + o_guard : (t / o_slot + 1) * o_slot, nw = now_ns(); int64_t d = b > nw ? (int64_t)(b - nw) : 0; if (d < to) to = d; }
      loop_once(o_spin ? 0 : to);
    }
    cpu1 = pids_cpu(); tk1 = pids_cpu_ticks(); core_times(&b1, &s1, &a1); d1 = own_cpu(); sent1 = st_sent; rd1 = st_reads; fr1 = st_frames;
    sending = 0; uint64_t de = now_ns(), dl = de + (uint64_t)(o_drain * 1e9);
    while (st_recv < st_sent * (uint64_t)expect && now_ns() < dl) loop_once(10000000);
    drain_s = (double)(now_ns() - de) / 1e9;
    uint64_t extra = now_ns() + 50000000; while (now_ns() < extra) loop_once(10000000); /* late duplicates */
  }
  long rss2 = pids_rss(); int lostc = ndead;

  /* 4. close */
  running = 0;
  if (!o_rst) {
    static const uint8_t code[2] = {0x03, 0xe8};
    int alive = 0; for (int i = 0; i < o_conns; i++) if (C[i].state == S_READY) { send_frame(&C[i], 8, code, 2); alive++; }
    flush_all(); uint64_t ce = now_ns() + 1000000000ull; int base = ndead;
    while (ndead - base < alive && now_ns() < ce) loop_once(20000000);
  }
  for (int i = 0; i < o_conns; i++) if (C[i].fd >= 0) { struct linger lg = {1, 0}; setsockopt(C[i].fd, SOL_SOCKET, SO_LINGER, &lg, sizeof lg); close(C[i].fd); }

  /* 5. report */
  uint64_t want = st_sent * (uint64_t)(expect > 0 ? expect : 0); double win = t0 ? (double)(t1 - t0) / 1e9 : 0;
  double M = (double)st_win / 1e6;
  printf("{\"name\":"); jstr(o_name);
  printf(",\"conns\":%d,\"ready\":%d,\"failed\":%d,\"connect_s\":%.4f,\"conn_per_s\":%.1f,\"conn_p50_ms\":%.3f,\"conn_p99_ms\":%.3f,\"conn_cpu_s\":%.4f", o_conns, ok, nfailed + unready, t_connect, t_connect > 0 ? ok / t_connect : 0, h_q(HC, .5) / 1e6, h_q(HC, .99) / 1e6, cpu_c1 - cpu_c0);
  printf(",\"rss0_kb\":%ld,\"rss1_kb\":%ld,\"rss2_kb\":%ld,\"kb_per_conn\":%.2f,\"hold_dead\":%d,\"hold_cpu_s\":%.4f", rss0, rss1, rss2, ok ? (double)(rss1 - rss0) / ok : 0, idle_dead, hold_cpu);
  printf(",\"msg_bytes\":%u,\"sent\":%llu,\"expected\":%llu,\"received\":%llu,\"lost\":%lld,\"loss_pct\":%.4f,\"dups\":%llu,\"gaps\":%llu,\"misrouted\":%llu,\"self\":%llu,\"other_frames\":%llu,\"bad_tokens\":%llu,\"proto_errors\":%llu,\"forgiven\":%llu,\"dropped_by_driver\":%llu,\"disconnects\":%d,\"pings\":%llu",
    npubs ? P[0].len : 0, (unsigned long long)st_sent, (unsigned long long)want, (unsigned long long)st_recv, (long long)(want - st_recv), want ? 100.0 * (double)(int64_t)(want - st_recv) / (double)want : 0,
    (unsigned long long)st_dup, (unsigned long long)st_gap, (unsigned long long)st_misrouted, (unsigned long long)st_self, (unsigned long long)st_other, (unsigned long long)st_badmark, (unsigned long long)st_protoerr, (unsigned long long)st_forgiven, (unsigned long long)st_dropped, lostc, (unsigned long long)st_pings);
  printf(",\"window_s\":%.4f,\"deliveries\":%llu,\"deliveries_per_s\":%.1f,\"msgs_per_s\":%.1f,\"drain_s\":%.3f", win, (unsigned long long)st_win, win > 0 ? (double)st_win / win : 0, win > 0 ? (double)(sent1 - sent0) / win : 0, drain_s);
  printf(",\"lat_us\":{\"n\":%llu,\"mean\":%.1f,\"p50\":%.1f,\"p95\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}", (unsigned long long)H->n, H->n ? (double)H->sum / (double)H->n / 1e3 : 0, h_q(H, .5) / 1e3, h_q(H, .95) / 1e3, h_q(H, .99) / 1e3, h_q(H, .999) / 1e3, (double)H->max / 1e3);
  printf(",\"srv_cpu_s\":%.4f,\"srv_cpu_ticks_s\":%.2f,\"cpu_s_per_M\":%.4f,\"core_busy_s\":%.2f,\"core_steal_s\":%.2f,\"foreign_cpu_frac\":%.3f,\"srv_cpu_frac\":%.3f,\"drv_cpu_frac\":%.3f,\"drv_lag_us\":%.1f,\"frames_per_read\":%.2f",
    cpu1 - cpu0, tk1 - tk0, M > 0 ? (cpu1 - cpu0) / M : 0, b1 - b0, s1 - s0, win > 0 ? (a1 - a0 - (cpu1 - cpu0) - (d1 - d0)) / win : 0, win > 0 ? (cpu1 - cpu0) / win : 0, win > 0 ? (d1 - d0) / win : 0, (double)maxlag / 1e3, rd1 > rd0 ? (double)(fr1 - fr0) / (double)(rd1 - rd0) : 0);
  if (o_slot) { printf(",\"slots\":["); for (int i = 0; i < nslots; i++) printf("%s{\"i\":%llu,\"per_s\":%.1f,\"cpu_per_M\":%.4f,\"srv\":%.3f,\"drv\":%.3f}", i ? "," : "", (unsigned long long)slots[i].idx, slots[i].dur > 0 ? (double)slots[i].recv / slots[i].dur : 0, slots[i].recv ? slots[i].cpu / (double)slots[i].recv * 1e6 : 0, slots[i].cpu / slots[i].dur, slots[i].own / slots[i].dur); printf("]"); }
  printf(",\"error\":"); jstr(first_err); printf("}\n");
  return ok == o_conns ? 0 : 1;
}
