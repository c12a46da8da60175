/* ---------- output ---------- */
static void mark_dirty(conn *c) { if (!c->dirty) { c->dirty = 1; dirtyq[ndirty++] = c; } }
static uint8_t *ob_room(conn *c, uint32_t n) {
  if (c->ooff && c->ooff == c->olen) c->ooff = c->olen = 0;
  if (c->olen + n > c->ocap) {
    if (c->ooff) { memmove(c->ob, c->ob + c->ooff, c->olen - c->ooff); c->olen -= c->ooff; c->ooff = 0; }
    if (c->olen + n > c->ocap) { c->ocap = (c->olen + n) * 2; c->ob = xrealloc(c->ob, c->ocap); }
  }
  return c->ob + c->olen;
}
static void put_frame(conn *c, int b0, const uint8_t *p, uint32_t n) {
  uint8_t *d = ob_room(c, n + 14), *s = d;
  rnd ^= rnd << 13; rnd ^= rnd >> 7; rnd ^= rnd << 17;
  uint32_t key = (uint32_t)(rnd >> 16);
  *d++ = (uint8_t)b0;
  if (n < 126) *d++ = (uint8_t)(0x80 | n);
  else if (n < 65536) { *d++ = 0xfe; *d++ = (uint8_t)(n >> 8); *d++ = (uint8_t)n; }
  else { *d++ = 0xff; uint64_t L = n; for (int i = 7; i >= 0; i--) *d++ = (uint8_t)(L >> (8 * i)); }
  memcpy(d, &key, 4); d += 4;
  uint64_t k8 = (uint64_t)key << 32 | key; uint32_t i = 0;
  for (; i + 8 <= n; i += 8) { uint64_t v; memcpy(&v, p + i, 8); v ^= k8; memcpy(d + i, &v, 8); }
  for (; i < n; i++) d[i] = p[i] ^ ((uint8_t *)&key)[i & 3];
  c->olen += (uint32_t)(d - s) + n;
}
static void send_frame(conn *c, int op, const uint8_t *p, uint32_t n) {
  if (c->state == S_DEAD) return;
  if (c->olen - c->ooff > MAXOUT) { st_dropped++; return; }
  if (o_frag > 0 && (op == 1 || op == 2) && n > (uint32_t)o_frag) {  /* test aid: fragmented messages */
    uint32_t o = 0; int first = 1;
    while (o < n) { uint32_t k = n - o > (uint32_t)o_frag ? (uint32_t)o_frag : n - o; int fin = o + k == n;
      put_frame(c, (fin ? 0x80 : 0) | (first ? op : 0), p + o, k); first = 0; o += k; }
  } else put_frame(c, 0x80 | op, p, n);
  mark_dirty(c);
}
static void send_text(conn *c, const char *s) { send_frame(c, o_bin ? 2 : 1, (const uint8_t *)s, (uint32_t)strlen(s)); }

static void kill_conn(conn *c, const char *why) {
  if (c->state == S_DEAD || c->state == S_NONE) return;
  if (c->state == S_READY) { ndead++; if (running) note_err("connection %d lost: %s", c->idx, why); }
  else { nfailed++; note_err("connection %d failed in state %d: %s", c->idx, c->state, why); }
  close(c->fd); c->fd = -1; c->state = S_DEAD;
}
static void set_events(conn *c, int w) {
  if (c->wantw == w) return;
  struct epoll_event e = {.events = EPOLLIN | (w ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e); c->wantw = w;
}
static void flush_conn(conn *c) {
  while (c->state != S_DEAD && c->ooff < c->olen) {
    ssize_t r = send(c->fd, c->ob + c->ooff, c->olen - c->ooff, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (r > 0) { c->ooff += (uint32_t)r; continue; }
    if (r < 0 && errno == EINTR) continue;
    if (r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) { set_events(c, 1); return; }
    kill_conn(c, strerror(errno)); return;
  }
  if (c->state != S_DEAD) { set_events(c, 0); if (c->ooff == c->olen) c->ooff = c->olen = 0; }
}
static void flush_all(void) {
  for (int i = 0; i < ndirty; i++) { dirtyq[i]->dirty = 0; flush_conn(dirtyq[i]); }
  ndirty = 0;
}

/* ---------- publishing ---------- */
static void publish(pub *b, uint64_t ts) {
  uint32_t seq = ++b->seq;
  for (int i = 0; i < b->nt; i++) {
    uint8_t *d = b->msg + b->toff[i] + MARKLEN;
    put_hex(d, ts, 16); put_hex(d + 16, seq, 8); put_hex(d + 24, (uint64_t)b->idx, 8);
  }
  for (int i = 0; i < b->nu; i++) put_hex(b->msg + b->uoff[i] + 24, seq, 12);
  send_frame(b->c, o_bin ? 2 : 1, b->msg, b->len);
  st_sent++;
  if (b->rem) { b->rem[seq & b->rmask] = (uint32_t)expect; b->remseq[seq & b->rmask] = seq; b->outstanding++; }
}
static void queue_pub(pub *b) { if (!b->queued) { b->queued = 1; pumpq[npump++] = b; } }
static void pump(void) {
  if (!npump) return;
  uint64_t t = now_ns();
  for (int i = 0; i < npump; i++) {
    pub *b = pumpq[i]; b->queued = 0;
    if (!sending || b->c->state != S_READY) continue;
    while (b->outstanding < o_window && (!o_count || st_sent < (uint64_t)o_count)) publish(b, t);
    b->last_progress = t;
  }
  npump = 0;
}

/* ---------- input ---------- */
static uint64_t rd_now; /* time of the read being processed */
static int got_token(conn *c, const uint8_t *h) {
  uint64_t v[3] = {0, 0, 0}; static const int w[3] = {16, 8, 8}; uint8_t bad = 0;
  for (int k = 0; k < 3; k++) for (int i = 0; i < w[k]; i++) { uint8_t x = hexv[*h++]; bad |= x; v[k] = v[k] << 4 | (x & 15); }
  if (bad & 0xf0) { st_badmark++; return 0; }
  uint64_t ts = v[0]; uint32_t seq = (uint32_t)v[1], pi = (uint32_t)v[2];
  if (pi >= (uint32_t)npubs) { st_badmark++; return 0; }
  pub *b = &P[pi];
  if (b->c->group != c->group) { st_misrouted++; return 1; }
  if (b->c == c) { st_self++; if (!o_self) return 1; }
  uint32_t *last = &c->last[b->slot];
  if (seq <= *last) { st_dup++; return 1; }
  if (seq != *last + 1) st_gap += seq - *last - 1;
  *last = seq;
  st_recv++;
  if (t0 && rd_now >= t0 && rd_now < t1) st_win++;
  if (t0 && ts >= t0 && ts < t1) h_add(H, rd_now > ts ? rd_now - ts : 0);
  if (b->rem) {
    uint32_t k = seq & b->rmask;
    if (b->remseq[k] == seq && b->rem[k] && --b->rem[k] == 0) {
      b->outstanding--; if (t0 && rd_now >= t0 && rd_now < t1) st_winmsgs++;
      queue_pub(b);
    }
  }
  return 1;
}
static const char *find(const uint8_t *p, uint32_t n, const char *s) { return memmem(p, n, s, strlen(s)); }
static void ready(conn *c) { c->state = S_READY; nready++; h_add(HC, now_ns() - c->t_start); }
static void run_steps(conn *c) {
  while (c->step < nsteps && !steps[c->step].wait) {
    sb s = {0}; expand(steps[c->step].s, c, &s, NULL, 0);
    send_frame(c, o_bin ? 2 : 1, (uint8_t *)s.p, s.n); free(s.p); c->step++;
  }
  if (c->step >= nsteps) ready(c); else c->state = S_LOGIN;
}
static void on_message(conn *c, int op, const uint8_t *p, uint32_t n) {
  (void)op;
  if (o_eio) {
    if (n == 1 && p[0] == '2') { send_frame(c, 1, (const uint8_t *)"3", 1); st_pings++; return; }
    if (c->state == S_EIO) {
      if (!n || p[0] != '0') { kill_conn(c, "no engine.io open packet"); return; }
      sb s = {0}; sb_add(&s, "40", 2);
      if (o_ns && strcmp(o_ns, "/")) { sb_add(&s, o_ns, (uint32_t)strlen(o_ns)); sb_add(&s, ",", 1); }
      if (o_auth) expand(o_auth, c, &s, NULL, 0);
      c->state = S_NSP; send_text(c, s.p); free(s.p); return;
    }
    if (c->state == S_NSP) {
      if (n >= 2 && p[0] == '4' && p[1] == '4') { note_err("socket.io refused: %.*s", (int)(n > 150 ? 150 : n), p); kill_conn(c, "connect error"); return; }
      if (n >= 2 && p[0] == '4' && p[1] == '0') {
        const char *q = find(p, n, "\"sid\":\"");
        if (q) { q += 7; uint32_t k = 0; while (q < (const char *)p + n && *q != '"' && k < sizeof c->sid - 1) c->sid[k++] = *q++; c->sid[k] = 0; }
        run_steps(c); return;
      }
    }
  }
  for (int i = 0; i < nreplies; i++)
    if (find(p, n, replies[i].match)) { sb s = {0}; expand(replies[i].answer, c, &s, NULL, 0); send_frame(c, o_bin ? 2 : 1, (uint8_t *)s.p, s.n); free(s.p); st_pings++; }
  if (c->state == S_LOGIN) {
    if (c->step < nsteps && steps[c->step].wait && find(p, n, steps[c->step].s)) { c->step++; run_steps(c); }
    return;
  }
  if (!npubs || !n) { st_other++; return; }
  /* the token is nearly always where it was in the previous frame */
  uint32_t off = c->markoff;
  if (!(off + TOKLEN <= n && !memcmp(p + off, MARK, MARKLEN))) {
    const uint8_t *q = memmem(p, n, MARK, MARKLEN);
    if (!q || q + TOKLEN > p + n) { st_other++; if (o_verbose > 1) fprintf(stderr, "other: %.*s\n", (int)(n > 200 ? 200 : n), p); return; }
    off = (uint32_t)(q - p); c->markoff = off;
  }
  got_token(c, p + off + MARKLEN);
  if (o_multi) {
    const uint8_t *q = p + off + TOKLEN, *e = p + n;
    while (q + TOKLEN <= e && (q = memmem(q, (size_t)(e - q), MARK, MARKLEN)) && q + TOKLEN <= e) { got_token(c, q + MARKLEN); q += TOKLEN; }
  }
}
/* Consumes complete frames, returns the bytes used. */
static uint32_t parse(conn *c, const uint8_t *p, uint32_t n) {
  uint32_t o = 0;
  while (c->state != S_DEAD) {
    if (n - o < 2) break;
    const uint8_t *f = p + o; uint32_t h = 2; uint64_t L = f[1] & 0x7f;
    if (f[1] & 0x80 || f[0] & 0x70) { st_protoerr++; kill_conn(c, "masked or reserved-bit frame from server"); break; }
    if (L == 126) { if (n - o < 4) break; L = (uint64_t)f[2] << 8 | f[3]; h = 4; }
    else if (L == 127) { if (n - o < 10) break; L = 0; for (int i = 0; i < 8; i++) L = L << 8 | f[2 + i]; h = 10; }
    if (L > (256u << 20)) { st_protoerr++; kill_conn(c, "oversized frame"); break; }
    if (n - o < h + L) break;
    const uint8_t *d = f + h; int op = f[0] & 15, fin = f[0] & 0x80; uint32_t len = (uint32_t)L;
    o += h + len; st_frames++;
    if (op >= 8) {
      if (op == 9) { send_frame(c, 10, d, len); st_pings++; }
      else if (op == 8) { st_closes++; if (running && c->state == S_READY) note_err("connection %d: server close %d %.*s", c->idx, len >= 2 ? d[0] << 8 | d[1] : 0, len > 2 ? (int)len - 2 : 0, d + 2);
        send_frame(c, 8, d, len >= 2 ? 2 : 0); flush_conn(c); kill_conn(c, "close frame"); break; }
      continue;
    }
    if (op == 0 || !fin) {
      if (op) { c->flen = 0; c->fop = op; }
      if (c->flen + len > c->fcap) { c->fcap = (c->flen + len) * 2; c->fb = xrealloc(c->fb, c->fcap); }
      memcpy(c->fb + c->flen, d, len); c->flen += len;
      if (fin) { on_message(c, c->fop, c->fb, c->flen); c->flen = 0; }
    } else on_message(c, op, d, len);
  }
  return o;
}
static uint32_t http_done(conn *c, const uint8_t *p, uint32_t n) {
  const char *e = memmem(p, n, "\r\n\r\n", 4);
  if (!e) { if (n > 65536) kill_conn(c, "oversized HTTP answer"); return 0; }
  if (n < 12 || memcmp(p, "HTTP/1.1 101", 12)) { char b[120]; snprintf(b, sizeof b, "HTTP answer %.*s", (int)(n > 60 ? 60 : n), p); for (char *q = b; *q; q++) if (*q == '\r' || *q == '\n') *q = ' '; kill_conn(c, b); return n; }
  if (!memmem(p, n, WSACCEPT, sizeof WSACCEPT - 1)) { kill_conn(c, "bad Sec-WebSocket-Accept"); return n; }
  if (o_eio) c->state = S_EIO; else run_steps(c);
  return (uint32_t)(e - (const char *)p) + 4;
}
static void on_read(conn *c) {
  uint32_t have = c->ilen;
  if (have) memcpy(rbuf, c->ib, have);
  ssize_t r = recv(c->fd, rbuf + have, RBUF - have, MSG_DONTWAIT);
  if (r < 0) { if (errno == EAGAIN || errno == EINTR) return; kill_conn(c, strerror(errno)); return; }
  if (r == 0) { kill_conn(c, "closed by server"); return; }
  rd_now = now_ns(); st_reads++; st_bytes += (uint64_t)r;
  uint32_t n = have + (uint32_t)r, o = 0;
  if (c->state == S_HTTP || c->state == S_CONN) { o = http_done(c, rbuf, n); if (!o) goto keep; }
  if (c->state != S_DEAD) o += parse(c, rbuf + o, n - o);
  if (c->state == S_DEAD) return;
keep:
  c->ilen = n - o;
  if (c->ilen) {
    if (c->ilen > RBUF / 2) { kill_conn(c, "frame larger than the read buffer"); return; }
    if (c->ilen > c->icap) { c->icap = c->ilen * 2; c->ib = xrealloc(c->ib, c->icap); }
    memcpy(c->ib, rbuf + o, c->ilen);
  } else if (c->icap > 65536) { free(c->ib); c->ib = NULL; c->icap = 0; }
}
static void start_conn(conn *c) {
  url_t *u = &urls[c->url];
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) die("socket: %s (raise the open-file limit)", strerror(errno));
  int one = 1; setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  c->t_start = now_ns(); c->state = S_CONN;
  if (connect(c->fd, (struct sockaddr *)&u->sa, sizeof u->sa) && errno != EINPROGRESS) { c->state = S_CONN; kill_conn(c, strerror(errno)); return; }
  sb s = {0}; char b[512];
  sb_add(&s, "GET ", 4); expand(u->path, c, &s, NULL, 0);
  snprintf(b, sizeof b, " HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " WSKEY "\r\nSec-WebSocket-Version: 13\r\n", u->host, u->port);
  sb_add(&s, b, (uint32_t)strlen(b));
  for (int i = 0; i < nheaders; i++) { expand(headers[i], c, &s, NULL, 0); sb_add(&s, "\r\n", 2); }
  sb_add(&s, "\r\n", 2);
  memcpy(ob_room(c, s.n), s.p, s.n); c->olen += s.n; free(s.p);
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c}; c->wantw = 1;
  epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}
static void loop_once(int64_t timeout_ns) {
  struct epoll_event ev[512];
  struct timespec ts = {timeout_ns / 1000000000, timeout_ns % 1000000000};
  int n = epoll_pwait2(ep, ev, 512, timeout_ns < 0 ? NULL : &ts, NULL);
  for (int i = 0; i < n; i++) {
    conn *c = ev[i].data.ptr;
    if (c->state == S_DEAD) continue;
    if (ev[i].events & EPOLLOUT) {
      if (c->state == S_CONN) {
        int er = 0; socklen_t l = sizeof er; getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &er, &l);
        if (er) { kill_conn(c, strerror(er)); continue; }
        c->state = S_HTTP;
      }
      flush_conn(c);
    }
    if (c->state != S_DEAD && ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_read(c);
  }
  pump(); flush_all();
}

