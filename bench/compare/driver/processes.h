/* ---------- process and machine figures ---------- */
static double pids_cpu(void) { /* seconds, summed over every thread; ns resolution */
  double tot = 0;
  for (int i = 0; i < npids; i++) {
    char b[300]; snprintf(b, sizeof b, "/proc/%d/task", pids[i]);
    DIR *d = opendir(b); if (!d) continue;
    struct dirent *de;
    while ((de = readdir(d))) {
      if (!isdigit((unsigned char)de->d_name[0])) continue;
      snprintf(b, sizeof b, "/proc/%d/task/%s/schedstat", pids[i], de->d_name);
      FILE *f = fopen(b, "r"); if (!f) continue;
      unsigned long long ns = 0; if (fscanf(f, "%llu", &ns) == 1) tot += (double)ns / 1e9;
      fclose(f);
    }
    closedir(d);
  }
  return tot;
}
static double pids_cpu_ticks(void) { /* the same from /proc/PID/stat utime+stime */
  double tot = 0; long hz = sysconf(_SC_CLK_TCK);
  for (int i = 0; i < npids; i++) {
    char b[1024]; snprintf(b, sizeof b, "/proc/%d/stat", pids[i]);
    FILE *f = fopen(b, "r"); if (!f) continue;
    size_t n = fread(b, 1, sizeof b - 1, f); fclose(f); b[n] = 0;
    char *q = strrchr(b, ')'); unsigned long u, s;
    if (q && sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s) == 2) tot += (double)(u + s) / (double)hz;
  }
  return tot;
}
static long pids_rss(void) {
  long tot = 0;
  for (int i = 0; i < npids; i++) {
    char b[256]; snprintf(b, sizeof b, "/proc/%d/status", pids[i]);
    FILE *f = fopen(b, "r"); if (!f) continue;
    while (fgets(b, sizeof b, f)) { long v; if (sscanf(b, "VmRSS: %ld", &v) == 1) tot += v; }
    fclose(f);
  }
  return tot;
}
static void core_times(double *busy, double *steal, double *all) { /* that core, and the whole machine */
  *busy = *steal = *all = 0; if (o_core < 0) return;
  FILE *f = fopen("/proc/stat", "r"); if (!f) return;
  char l[512], tag[16]; snprintf(tag, sizeof tag, "cpu%d ", o_core); double hz = (double)sysconf(_SC_CLK_TCK);
  while (fgets(l, sizeof l, f)) if (!strncmp(l, tag, strlen(tag)) || !strncmp(l, "cpu ", 4)) {
    unsigned long long v[8] = {0};
    sscanf(strchr(l, ' '), "%llu %llu %llu %llu %llu %llu %llu %llu", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7);
    double b = (double)(v[0] + v[1] + v[2] + v[5] + v[6]) / hz;
    if (l[3] == ' ') *all = b; else { *busy = b; *steal = (double)v[7] / hz; }
  }
  fclose(f);
}
static double own_cpu(void) { struct rusage r; getrusage(RUSAGE_SELF, &r); return (double)r.ru_utime.tv_sec + (double)r.ru_stime.tv_sec + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6; }

