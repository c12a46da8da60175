/* ---------- histogram: log-linear, 128 sub-buckets per power of two (<0.8 % error) ---------- */
#define SUBBITS 7
#define NBUCKET ((64 - SUBBITS + 1) << SUBBITS)
typedef struct { uint64_t n, max, sum; uint32_t c[NBUCKET]; } hist;
static void h_add(hist *h, uint64_t v) {
  unsigned idx;
  if (v < (1u << SUBBITS)) idx = (unsigned)v;
  else { int e = 63 - __builtin_clzll(v); idx = ((e - SUBBITS + 1) << SUBBITS) + (unsigned)((v >> (e - SUBBITS)) & ((1u << SUBBITS) - 1)); }
  h->c[idx]++; h->n++; h->sum += v; if (v > h->max) h->max = v;
}
static double h_q(hist *h, double q) {
  if (!h->n) return 0;
  uint64_t want = (uint64_t)(q * (double)h->n); if (want >= h->n) want = h->n - 1;
  uint64_t acc = 0;
  for (unsigned i = 0; i < NBUCKET; i++) {
    acc += h->c[i];
    if (acc > want) {
      if (i < (1u << SUBBITS)) return i;
      int e = (int)(i >> SUBBITS) + SUBBITS - 1;
      double lo = (double)(((uint64_t)1 << e) + ((uint64_t)(i & ((1u << SUBBITS) - 1)) << (e - SUBBITS)));
      double v = lo + (double)((uint64_t)1 << (e - SUBBITS)) / 2;
      return v > (double)h->max ? (double)h->max : v;
    }
  }
  return (double)h->max;
}

