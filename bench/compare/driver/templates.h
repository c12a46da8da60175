/* ---------- templates ---------- */
typedef struct { char *p; uint32_t n, cap; } sb;
static void sb_add(sb *s, const char *p, uint32_t n) {
  if (s->n + n + 1 > s->cap) { s->cap = (s->n + n + 1) * 2; s->p = xrealloc(s->p, s->cap); }
  memcpy(s->p + s->n, p, n); s->n += n; s->p[s->n] = 0;
}
static void sb_int(sb *s, long v) { char b[32]; sb_add(s, b, (uint32_t)sprintf(b, "%ld", v)); }
static int gsize(int g) { int n = o_conns - g * o_group; return n < o_group ? n : o_group; }
static conn *peer_of(conn *c) { int gs = gsize(c->group); return &C[c->group * o_group + (c->gpos + 1) % gs]; }
static const char *list_get(const char *name, size_t n, int i) {
  for (int k = 0; k < nlists; k++)
    if (strlen(lists[k].name) == n && !memcmp(lists[k].name, name, n)) return lists[k].n ? lists[k].v[i % lists[k].n] : "";
  die("unknown list %%{%.*s}", (int)n, name); return "";
}
/* Expands t for connection c. With pb != NULL it records where token / uuid patches go. */
static void expand(const char *t, conn *c, sb *out, pub *pb, int pad) {
  static const char zeros[] = MARK "00000000000000000000000000000000";
  for (; *t; t++) {
    if (*t == '\\' && (t[1] == 'r' || t[1] == 'n' || t[1] == '\\')) { char ch = t[1] == 'r' ? '\r' : t[1] == 'n' ? '\n' : '\\';
      if (t[1] == '\\') { sb_add(out, "\\", 1); } else sb_add(out, &ch, 1);
      t++; continue; }
    if (*t != '%') { sb_add(out, t, 1); continue; }
    t++;
    switch (*t) {
    case '%': sb_add(out, "%", 1); break;
    case 'i': sb_int(out, c->idx); break;
    case 'g': sb_int(out, c->group); break;
    case 'j': sb_int(out, c->gpos); break;
    case 'k': sb_int(out, peer_of(c)->gpos); break;
    case 'p': sb_int(out, peer_of(c)->idx); break;
    case 'T': case 't':
      if (*t == 'T') sb_add(out, "\"", 1);
      if (pb) { if (pb->nt == 8) die("too many %%T"); pb->toff[pb->nt++] = out->n; }
      sb_add(out, zeros, TOKLEN);
      if (*t == 'T') sb_add(out, "\"", 1);
      break;
    case 'U':
      if (pb) { if (pb->nu == 8) die("too many %%U"); pb->uoff[pb->nu++] = out->n; }
      { char b[40]; sprintf(b, "%08x-0000-4000-8000-%012x", c->idx, 0); sb_add(out, b, 36); }
      break;
    case 'P':
      if (o_padutf8) for (int i = 0; i + 1 < pad; i += 2) sb_add(out, "\xc5\xbc", 2);
      else for (int i = 0; i < pad; i++) sb_add(out, &"abcdefghijklmnopqrstuvwxyz"[i % 26], 1);
      break;
    case '{': {
      const char *e = strchr(t, '}'); if (!e) die("unterminated %%{");
      const char *nm = t + 1; size_t n = (size_t)(e - nm);
      const char *colon = memchr(nm, ':', n); size_t ln = colon ? (size_t)(colon - nm) : n;
      const char *mod = colon ? colon + 1 : ""; size_t mn = colon ? (size_t)(e - mod) : 0;
      conn *w = c; int i = c->idx;
      if (mn == 4 && !memcmp(mod, "peer", 4)) { w = peer_of(c); i = w->idx; }
      else if (mn == 5 && !memcmp(mod, "group", 5)) i = c->group;
      else if (mn == 3 && !memcmp(mod, "pos", 3)) i = c->gpos;
      else if (mn == 5 && !memcmp(mod, "first", 5)) { w = &C[c->group * o_group]; i = w->idx; }
      else if (mn) die("unknown modifier in %%{%.*s}", (int)n, nm);
      if (ln == 3 && !memcmp(nm, "sid", 3)) sb_add(out, w->sid, (uint32_t)strlen(w->sid));
      else { const char *v = list_get(nm, ln, i); sb_add(out, v, (uint32_t)strlen(v)); }
      t = e; break; }
    default: sb_add(out, "%", 1); if (*t) sb_add(out, t, 1); else return;
    }
  }
}
static void put_hex(uint8_t *d, uint64_t v, int n) { while (n--) { d[n] = "0123456789abcdef"[v & 15]; v >>= 4; } }

