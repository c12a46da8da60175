/* ---------- options ---------- */
typedef struct { char *host; int port; char *path; struct sockaddr_in sa; } url_t;
static url_t *urls; static int nurls;
static char *headers[32]; static int nheaders;
typedef struct { int wait; char *s; } step_t;
static step_t steps[MAXSTEP]; static int nsteps;
typedef struct { char *match, *answer; } reply_t;
static reply_t replies[8]; static int nreplies;
typedef struct { char *name; char **v; int n; } list_t;
static list_t lists[MAXLIST]; static int nlists;

static int o_conns = 1, o_group = 0, o_pubs = 1, o_pubfrom = 0, o_self = 0, o_expect = -1;
static int o_window = 0, o_size = 128, o_pad = -1, o_padutf8 = 0, o_conc = 64, o_eio = 0, o_multi = 0, o_bin = 0;
static int o_core = -1, o_spin = -1, o_idle = 0, o_rst = 0, o_verbose = 0, o_frag = 0;
static double o_rate = 0, o_dur = 5, o_warm = 1, o_drain = 3, o_hold = 3, o_settle = 0.2, o_ctimeout = 60, o_stall = 2;
static long o_count = 0;
static uint64_t o_slot = 0, o_guard = 0; static int o_slotk = 0, o_slotn = 1;
typedef struct { uint64_t idx, recv; double dur, cpu, own; } slot_t;
static slot_t *slots; static int nslots;
static char *o_ns = NULL, *o_auth = NULL, *o_name = "", *o_msg = "{\"message\":{\"t\":%T,\"p\":\"%P\"}}";
static int pids[64], npids;

/* ---------- connections and publishers ---------- */
enum { S_NONE, S_CONN, S_HTTP, S_EIO, S_NSP, S_LOGIN, S_READY, S_DEAD };
struct pub;
typedef struct conn {
  int fd, idx, state, group, gpos, step, url;
  uint8_t *ib; uint32_t ilen, icap;
  uint8_t *ob; uint32_t olen, ooff, ocap;
  uint8_t *fb; uint32_t flen, fcap; int fop;
  int dirty, wantw;
  uint32_t markoff;
  uint32_t *last;               /* last sequence number seen, per publisher of the group */
  struct pub *pub;
  uint64_t t_start;
  char sid[64];
} conn;
typedef struct pub {
  conn *c; int idx, slot; uint32_t seq; int outstanding, queued;
  uint8_t *msg; uint32_t len; uint32_t toff[8], uoff[8]; int nt, nu;
  uint32_t *rem, *remseq; uint32_t rmask; uint64_t last_progress;
} pub;
static conn *C; static pub *P; static int npubs;
static int ep, nready, nfailed, ndead, running;
static uint8_t *rbuf;
static conn **dirtyq; static int ndirty;
static pub **pumpq; static int npump;
static uint64_t rnd = 88172645463325252ull;
static hist *H, *HC;
static uint64_t st_recv, st_sent, st_dup, st_gap, st_misrouted, st_self, st_other, st_bytes, st_reads, st_frames, st_win, st_winmsgs, st_forgiven, st_protoerr, st_dropped, st_pings, st_closes, st_badmark;
static uint64_t t0, t1, maxlag; static int expect; static int sending;
static char first_err[256];
static uint8_t hexv[256];

static void note_err(const char *fmt, ...) {
  va_list ap; va_start(ap, fmt);
  char b[256]; vsnprintf(b, sizeof b, fmt, ap); va_end(ap);
  if (!first_err[0]) strcpy(first_err, b);
  if (o_verbose) fprintf(stderr, "wsload: %s\n", b);
}

